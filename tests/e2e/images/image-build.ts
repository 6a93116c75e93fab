import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../../testenv/src/build.ts';
import { type Buildah, withBuildah } from '../../../testenv/src/buildah.ts';
import { cachedFile, imageFolder } from '../../../testenv/src/image-cache.ts';
import { requireNodeMachine } from '../../../testenv/src/node-machine.ts';
import type { BuiltImage } from '../../../testenv/src/operator-image.ts';

/** A test image and how to make it. */
export interface ImageRecipe {
  readonly tag: string;
  /** Of everything that it is made of. */
  readonly key: string;
  /** Builds the image `tag`; `work` is an empty folder for contexts. */
  build(buildah: Buildah, work: string): Promise<void>;
}

/** Says on standard error what is being built. */
export const toStandardError: Progress = (line) => void process.stderr.write(`image: ${line}\n`);

/** Builds an image, or returns the one that was built from the same sources. */
export async function builtImage(recipe: ImageRecipe, progress: Progress): Promise<BuiltImage> {
  const { tag, key } = recipe;
  const make = async (archive: string) => {
    await requireNodeMachine(progress);
    progress(`building ${tag} (once)`);
    await withBuildah(imageFolder(), progress, async (buildah) => {
      const work = mkdtempSync(join(imageFolder(), 'context-'));
      try {
        await recipe.build(buildah, work);
        await buildah.save(tag, archive);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    });
  };
  return { archive: await cachedFile({ name: tag.replaceAll(/[^\w.]+/g, '-'), key, make }, progress), tag };
}

/** Builds an image that is a root file system and nothing else. */
export async function buildBase(buildah: Buildah, work: string, base: BaseImage): Promise<void> {
  const context = join(work, 'base');
  mkdirSync(context);
  cpSync(base.root, join(context, 'debian.tar'));
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nADD debian.tar /\n');
  await buildah.build({ tag: base.tag, context });
}

/** The name that Dockerfiles call a base by, and its archive. */
export interface BaseImage {
  readonly tag: string;
  readonly root: string;
}
