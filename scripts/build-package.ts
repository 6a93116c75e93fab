import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

/** Writes what the npm package is made of: the framework as JavaScript, with its types. `npm pack` does the rest. */
const ROOT = join(import.meta.dirname, '..');

rmSync(join(ROOT, 'dist/package'), { recursive: true, force: true });
execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.package.json'], { cwd: ROOT, stdio: 'inherit' });
console.log('dist/package: the framework for other projects');
