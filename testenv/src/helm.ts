import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from './build.ts';
import { cacheRoot, testenvFolder } from './cache.ts';
import { requireGo } from './guard.ts';
import { withLock } from './lock.ts';

const run = promisify(execFile);
const source = join(testenvFolder, 'helm');

/** The program of the module that `testenv/helm/go.mod` pins; `go.sum` holds the digest of everything it is made of. */
const program = 'helm.sh/helm/v4/cmd/helm';

/** Returns the path of Helm, built from its Go module the first time. */
export async function ensureHelm(progress: Progress): Promise<string> {
  const digest = createHash('sha256').update(process.arch);
  for (const file of ['go.mod', 'go.sum']) digest.update(readFileSync(join(source, file)));
  const folder = join(cacheRoot(), `helm-${digest.digest('hex').slice(0, 16)}`);
  const binary = join(folder, 'helm');
  if (existsSync(binary)) return binary;
  requireGo();
  mkdirSync(cacheRoot(), { recursive: true });
  const waiting = (holder: number) => progress(`process ${holder} is building Helm; waiting for it`);
  await withLock(`${folder}.lock`, waiting, async () => {
    if (!existsSync(binary)) await build(folder, progress);
  });
  return binary;
}

/** A build that is killed leaves nothing that looks finished, because it is renamed into place at its end. */
async function build(folder: string, progress: Progress): Promise<void> {
  progress('building Helm (once; about 2 minutes on two cores)');
  const work = `${folder}.building-${process.pid}`;
  const env = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: '-mod=readonly' };
  try {
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(work, 'helm'), program];
    await run('go', args, { cwd: source, env });
    renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
