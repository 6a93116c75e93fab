import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';

/**
 * Removes what belongs to kinds that are gone, such as a sample or a page, and says so. What git could not give back,
 * because it was never committed or has changed since, stays.
 */
export function removeOrphans(root: string, paths: readonly string[]): void {
  for (const path of paths) {
    if (isSafeInGit(root, path)) {
      rmSync(`${root}/${path}`, { recursive: true });
      console.log(`${path}: removed, because its kind is gone`);
    } else {
      console.warn(`${path}: its kind is gone; it has changes that are not committed, so remove it yourself`);
    }
  }
}

function isSafeInGit(root: string, path: string): boolean {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    return git('ls-files', '--', path) !== '' && git('status', '--porcelain', '--', path) === '';
  } catch {
    return false; // no repository
  }
}
