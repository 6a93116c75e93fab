import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../testenv/src/cache.ts';
import type { SupervisorState } from '../testenv/src/supervisor.ts';
import { attachTestenv, type Testenv } from '../testenv/src/testenv.ts';
import type { KindDemo } from './kind-demo.ts';
import { NODE, ROOT } from './state.ts';

const LAUNCHER = join(ROOT, 'testenv/testenv.js');

/** Prints a headline. */
export function say(line: string): void {
  console.log(`\n\u001b[1m${line}\u001b[0m`);
}

/** The folder with the kubectl of the control plane. */
export function assets(): string {
  return execFileSync(NODE, [LAUNCHER, 'assets'], { encoding: 'utf8' }).trim();
}

/** Starts the demo's cluster, or finds it running. Exits when that fails, for the launcher has said why. */
export function startCluster(profile: 'full' | 'node'): Testenv {
  const args = [LAUNCHER, 'up', '--name', 'demo', '--profile', profile];
  const { status } = spawnSync(NODE, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  const state = JSON.parse(readFileSync(join(cacheRoot(), 'run/demo/state.json'), 'utf8')) as SupervisorState;
  return attachTestenv({ ...state, kubectl: join(assets(), 'kubectl'), without: [] });
}

type Kubectl = {
  readonly input?: string;
  /** What is shown in place of the arguments, where one of them is secret. */
  readonly shown?: readonly string[];
};

/** Runs kubectl and shows what it says. Exits when it fails, for kubectl has said why. */
export async function kubectl(testenv: Testenv, args: readonly string[], options: Kubectl = {}): Promise<void> {
  const { input, shown = args } = options;
  console.log(`$ kubectl ${shown.join(' ')}`);
  const { code, stdout, stderr } = await testenv.kubectl(args, input === undefined ? {} : { input });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code !== 0) {
    process.exit(code);
  }
}

/** Applies the samples, waits until those are Ready that can be, and shows what there is. */
export async function applySamples(testenv: Testenv, demos: readonly KindDemo[]): Promise<void> {
  await kubectl(testenv, ['apply', '-k', join(ROOT, 'test-manifests')]);
  const kinds = demos.flatMap(({ ready }) => ready ?? []).join(',');
  await kubectl(testenv, ['wait', '--for=condition=Ready', kinds, '--all', '-n', 'homelab', '--timeout=120s']);
  await kubectl(testenv, ['get', kinds, '-n', 'homelab']);
  await kubectl(testenv, ['get', 'events', '-n', 'homelab', '--sort-by=.eventTime']);
}
