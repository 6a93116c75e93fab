import { createHash } from 'node:crypto';
import { existsSync, globSync, lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from './build.ts';
import { cacheRoot } from './cache.ts';
import { withLock } from './lock.ts';

/** Raise it when the same sources have to be built into other images. */
const recipe = '1';

/** Where images are kept: outside the checkout. */
export function imageFolder(): string {
  return join(cacheRoot(), 'images');
}

/** A file in the cache and how to make it. */
export interface CachedFile {
  /** For people; the key makes it unique. */
  readonly name: string;
  readonly key: string;
  make(path: string): Promise<void>;
}

/** Returns a file of the cache, which is made when it is not there: by one process, and whole or not at all. */
export async function cachedFile(file: CachedFile, progress: Progress): Promise<string> {
  const path = join(imageFolder(), `${file.name}-${file.key}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(imageFolder(), { recursive: true });
  const waiting = (holder: number) => progress(`process ${holder} is making ${file.name}; waiting for it`);
  return await withLock(`${path}.lock`, waiting, async () => {
    if (existsSync(path)) return path;
    const unfinished = `${path}.${process.pid}`;
    try {
      rmSync(unfinished, { force: true });
      await file.make(unfinished);
      renameSync(unfinished, path);
    } finally {
      rmSync(unfinished, { force: true });
    }
    return path;
  });
}

/** A digest over words and over everything in files and folders. */
export function contentKey(words: readonly string[], folder: string, patterns: readonly string[]): string {
  const digest = createHash('sha256').update([recipe, process.arch, ...words].join('\0'));
  for (const path of globSync([...patterns], { cwd: folder }).sort()) {
    const found = lstatSync(join(folder, path));
    if (found.isDirectory()) continue;
    const content = found.isSymbolicLink() ? readlinkSync(join(folder, path)) : readFileSync(join(folder, path));
    digest.update(`\0${path}\0${found.mode & 0o111}\0`).update(content);
  }
  return digest.digest('hex').slice(0, 32);
}
