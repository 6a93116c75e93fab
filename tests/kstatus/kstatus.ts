import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '../../src/framework/framework.ts';
import { requireGo } from '../../testenv/src/guard.ts';

/** What kstatus makes of an object. */
export type KstatusVerdict = { readonly status: string; readonly message: string };

const BINARY = join(import.meta.dirname, '../../artifacts/kstatus');

/** Builds the program that asks kstatus; Go keeps what it has built, so that only the first time takes long. */
export async function buildKstatus(): Promise<void> {
  requireGo();
  await run('go', ['build', '-o', BINARY, '.'], '');
}

/** Asks kstatus about every object. */
export async function kstatusOf(objects: readonly KubeObject[]): Promise<KstatusVerdict[]> {
  const output = await run(BINARY, [], objects.map((each) => JSON.stringify(each)).join('\n'));
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line): KstatusVerdict => JSON.parse(line));
}

async function run(command: string, args: readonly string[], input: string): Promise<string> {
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  const child = spawn(command, args, { cwd: import.meta.dirname, env });
  child.stdin.on('error', () => undefined); // its exit code and its complaint tell more
  child.stdin.end(input);
  const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${complaint}`);
  }
  return output;
}
