import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from './build.ts';
import { runTool, withBuildah } from './buildah.ts';
import { testenvFolder } from './cache.ts';
import { buildNodeBase, nodeBaseKey, npmVolumes } from './image-base.ts';
import { cachedFile, contentKey, imageFolder } from './image-cache.ts';
import { requireNodeMachine } from './node-machine.ts';

const run = promisify(execFile);
const checkout = resolve(testenvFolder, '..');

/** What the operator's image is made of; the same as `.dockerignore` lets through. */
const sources = [
  'Dockerfile',
  '.dockerignore',
  'package.json',
  'package-lock.json',
  '.npmrc',
  'LICENSE',
  'scripts/build.ts',
  'scripts/bundle.ts',
  'scripts/slim.ts',
  'scripts/sdk-client.ts',
  'src/**',
];

/** An image in the cache. */
export interface BuiltImage {
  /** In the format of `docker save`. */
  readonly archive: string;
  readonly tag: string;
}

/**
 * Builds the operator's image from the project's Dockerfile, or returns the one that was built from the same sources.
 *
 * With docker or podman when one of them has an engine and can get the base; else with buildah on a stand-in for the base
 * that is made of packages.
 */
export async function buildOperatorImage(progress: Progress = toStandardError): Promise<BuiltImage> {
  const { name, version } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'));
  const tag = `${name}:${version}`;
  const engine = await findEngine();
  const words = [tag, engine ?? nodeBaseKey()];
  const make = async (archive: string) => {
    progress(`building ${tag} with ${engine ?? 'buildah'} (once)`);
    if (engine === undefined) await requireNodeMachine(progress);
    if (engine === undefined) await withPackages(tag, archive, progress);
    else await withEngine(engine, { tag, archive }, progress);
  };
  const key = contentKey(words, checkout, sources);
  return { archive: await cachedFile({ name: `operator-${version}`, key, make }, progress), tag };
}

async function withPackages(tag: string, archive: string, progress: Progress): Promise<void> {
  await withBuildah(imageFolder(), progress, async (buildah) => {
    const work = mkdtempSync(join(imageFolder(), 'context-'));
    try {
      await buildNodeBase(buildah, work, progress);
      await buildah.build({ tag, context: checkout, volumes: npmVolumes(work) });
      await buildah.save(tag, archive);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

async function withEngine(engine: string, { tag, archive }: BuiltImage, progress: Progress): Promise<void> {
  try {
    await runTool(engine, ['build', '--tag', tag, checkout], { progress });
  } catch (error) {
    progress(`${engine} could not build it (${firstLine(error)}); trying buildah with Debian's packages`);
    await withPackages(tag, archive, progress);
    return;
  }
  await runTool(engine, ['save', '--output', archive, tag], { progress });
}

/** The container engine that answers; a client without one does not count. */
async function findEngine(): Promise<string | undefined> {
  for (const engine of ['docker', 'podman']) {
    try {
      await run(engine, ['info'], { timeout: 5000 });
      return engine;
    } catch {
      // not installed, or nothing behind it
    }
  }
  return undefined;
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? '';
}

function toStandardError(line: string): void {
  process.stderr.write(`image: ${line}\n`);
}
