import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, NODE, ROOT, stopInBackground } from './state.ts';

/** Ends everything that the demo started and removes what it kept. */
await stopInBackground('operator');
await stopInBackground('postgres');
const launcher = join(ROOT, 'testenv/testenv.js');
const { status } = spawnSync(NODE, [launcher, 'down', '--name', 'demo'], { stdio: ['ignore', 'inherit', 'inherit'] });
rmSync(FOLDER, { recursive: true, force: true });
process.exit(status ?? 1);
