import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from '../../../testenv/src/build.ts';
import { type Buildah, runTool } from '../../../testenv/src/buildah.ts';
import { debianRoot } from '../../../testenv/src/image-base.ts';
import { contentKey } from '../../../testenv/src/image-cache.ts';
import type { BuiltImage } from '../../../testenv/src/operator-image.ts';
import { buildBase, builtImage, toStandardError } from './image-build.ts';

const folder = join(import.meta.dirname, 'versitygw');
const module = 'github.com/versity/versitygw';
const base = 'hearth.dev/debian:bookworm';
const packages = ['ca-certificates'];

/** The S3 gateway, as its users name it. */
export const versitygwTag = `versity/versitygw:${pinnedVersion()}`;

/** Builds the S3 gateway from its Go module, or returns the image that was built from the same sources. */
export async function buildVersitygwImage(progress: Progress = toStandardError): Promise<BuiltImage> {
  const key = contentKey([versitygwTag, ...packages], folder, ['**']);
  const build = async (buildah: Buildah, work: string) => {
    await buildBase(buildah, work, { tag: base, root: await debianRoot(packages, progress) });
    const context = join(work, 'gateway');
    cpSync(folder, context, { recursive: true });
    await compile(join(context, 'versitygw'), progress);
    await buildah.build({ tag: versitygwTag, context });
  };
  return await builtImage({ tag: versitygwTag, key, build }, progress);
}

/** Static, like everything that has to run on any base; go.sum holds every module to its content. */
async function compile(output: string, progress: Progress): Promise<void> {
  const flags = [
    '-trimpath',
    '-buildvcs=false',
    '-mod=readonly',
    '-ldflags',
    `-s -w -X main.Version=${pinnedVersion()}`,
  ];
  const settings = ['CGO_ENABLED=0', 'GOTOOLCHAIN=local', 'GOWORK=off', 'GOFLAGS='];
  progress('compiling versitygw (about a minute on two cores)');
  const build = ['go', '-C', folder, 'build', ...flags, '-o', output, `${module}/cmd/versitygw`];
  await runTool('env', [...settings, ...build], { progress });
}

/** The version is in one place, our go.mod. */
function pinnedVersion(): string {
  const found = new RegExp(`${module} (v\\S+)`).exec(readFileSync(join(folder, 'go.mod'), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`${folder}/go.mod does not require ${module}`);
  return found;
}
