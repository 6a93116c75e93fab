import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const retryMs = 250;

/**
 * Runs work while holding a lock file. A holder that is gone does not hold it any more. Two processes that take over
 * the same abandoned lock at the same instant may both run: the work has to be safe (only wasteful) when done twice.
 */
export async function withLock<T>(path: string, onWait: (holder: number) => void, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!acquire(path)) {
    const holder = readHolder(path);
    if (holder === undefined || !alive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    await delay(retryMs);
  }
  try {
    return await work();
  } finally {
    if (readHolder(path) === process.pid) rmSync(path, { force: true });
  }
}

/** Creates the lock with its content in one step (a hard link), so that nobody ever reads an empty one. */
function acquire(path: string): boolean {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(path: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10);
  } catch {
    return undefined;
  }
}

/** Whether a process with this id runs; one that only waits for its parent to notice its end does not. */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
