import { appendFileSync, cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Progress } from '../../../testenv/src/build.ts';
import type { Buildah } from '../../../testenv/src/buildah.ts';
import { buildNodeBase, nodeBaseKey } from '../../../testenv/src/image-base.ts';
import { contentKey } from '../../../testenv/src/image-cache.ts';
import type { BuiltImage } from '../../../testenv/src/operator-image.ts';
import { builtImage, toStandardError } from './image-build.ts';

/** The two images of Convex. */
export type ConvexPart = 'backend' | 'dashboard';

const tests = resolve(import.meta.dirname, '..', '..');
const recipes = 'e2e/images/convex';
const standIn = 'stand-ins/convex';

/** The name that Convex's image has; versions are commits, and `latest`. */
export function convexTag(part: ConvexPart, version = 'latest'): string {
  return `ghcr.io/get-convex/convex-${part}:${version}`;
}

/**
 * Builds an image of the stand-in for a part of Convex, or returns the one that was built from the same sources. It has
 * the original's name, so that samples apply unchanged; the backend answers with its tag when it is asked for its version.
 */
export async function buildConvexImage(part: ConvexPart, options: ConvexImageOptions = {}): Promise<BuiltImage> {
  const { version = 'latest', progress = toStandardError } = options;
  const tag = convexTag(part, version);
  const sources = [`${recipes}/${part}/**`, `${standIn}/!(*.test).ts`];
  const build = async (buildah: Buildah, work: string) => {
    await buildNodeBase(buildah, work, progress);
    await buildah.build({ tag, context: contextOf(work, part, version) });
  };
  return await builtImage({ tag, key: contentKey([tag, nodeBaseKey()], tests, sources), build }, progress);
}

/** Which image of a part, and where to say that it is being built. */
export interface ConvexImageOptions {
  readonly version?: string;
  readonly progress?: Progress;
}

/** Node runs TypeScript as it is; only the tests stay behind. */
function contextOf(work: string, part: ConvexPart, version: string): string {
  const context = join(work, part);
  cpSync(join(tests, recipes, part), context, { recursive: true });
  const filter = (path: string) => !path.endsWith('.test.ts');
  cpSync(join(tests, standIn), join(context, 'stand-in'), { recursive: true, filter });
  writeFileSync(join(context, 'stand-in', 'package.json'), '{"type":"module","private":true}\n');
  appendFileSync(join(context, 'Dockerfile'), `ENV CONVEX_RELEASE_VERSION_DEV=${version}\n`);
  return context;
}
