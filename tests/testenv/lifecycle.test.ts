import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, test } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import type { ComponentState } from '../../testenv/src/supervisor.ts';
import {
  attachTestenv,
  startTestenv,
  type Testenv,
  type TestenvHandle,
  type TestenvOptions,
} from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { claim } from './manifests.ts';

const reason = reasonAgainst(inject('testenv'), ['faults']);
const title = `nothing is left behind${reason === undefined ? '' : ` [skipped: ${reason}]`}`;

/** A control plane and the process that started it. */
interface Parent {
  readonly testenv: Testenv;
  readonly components: Record<string, ComponentState>;
  kill(): void;
}

async function startParent(options: TestenvOptions): Promise<Parent> {
  const script = join(import.meta.dirname, 'lifecycle-parent.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the parent ended with ${code}`)));
  });
  const { handle, components }: { handle: TestenvHandle; components: Record<string, ComponentState> } =
    JSON.parse(line);
  return { testenv: attachTestenv(handle), components, kill: () => void child.kill('SIGKILL') };
}

/** The processes whose command line names a folder. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // it has just ended
      }
    })
    .filter((commandLine) => commandLine.includes(folder));
}

async function isOpen(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** What is there of a control plane; everything is observed, nothing is assumed. */
async function traces(dataDir: string, components: Record<string, ComponentState>): Promise<string[]> {
  const ports = Object.values(components).filter(({ port }) => port > 0);
  const open = await Promise.all(ports.map(async ({ port }) => ((await isOpen(port)) ? [`port ${port}`] : [])));
  return [...processesOf(dataDir), ...open.flat(), ...(existsSync(dataDir) ? [dataDir] : [])];
}

async function expectNoTraces(dataDir: string, components: Record<string, ComponentState>): Promise<void> {
  await eventually(`nothing is left of ${dataDir}`, () => traces(dataDir, components), {
    until: (left) => left.length === 0,
    timeoutMs: 10_000,
  });
}

/** Proves that the observation sees a running control plane at all, before its absence means anything. */
async function expectTraces({ testenv, components }: Parent): Promise<void> {
  const found = await traces(testenv.dataDir, components);
  const ports = Object.values(components).filter(({ port }) => port > 0).length;
  // Every component, the supervisor, the janitor; every port; the folder.
  expect(found).toHaveLength(Object.keys(components).length + 2 + ports + 1);
}

async function killParent(options: TestenvOptions, before?: (testenv: Testenv) => Promise<void>): Promise<void> {
  const parent = await startParent(options);
  try {
    await expectTraces(parent);
    await before?.(parent.testenv);
  } finally {
    parent.kill();
  }
  await expectNoTraces(parent.testenv.dataDir, parent.components);
}

describe.skipIf(reason !== undefined)(title, () => {
  // Two at a time: that is also how control planes stand side by side.
  test.concurrent.each(Array.from({ length: 2 }, (_, lane) => lane))(
    'when the parent is killed with SIGKILL (nine control planes in a row, lane %i)',
    async () => {
      for (let cycle = 0; cycle < 9; cycle += 1) await killParent({ profile: 'api', thirdParties: false });
    },
    120_000,
  );

  test('when the parent of a full control plane is killed, not even the volumes outside its folder', async () => {
    let volume = '';
    await killParent({ profile: 'full', thirdParties: false }, async (testenv) => {
      const path = '/api/v1/namespaces/default/persistentvolumeclaims';
      await testenv.request({ method: 'POST', path, body: claim('volume', 'standard') });
      const read = async () => (await testenv.request({ path: `${path}/volume` })).body;
      const bound = await eventually('the claim is bound', read, { until: (one) => one.status.phase === 'Bound' });
      const { body } = await testenv.request({ path: `/api/v1/persistentvolumes/${bound.spec.volumeName}` });
      volume = body.spec.hostPath.path;
      expect(existsSync(volume)).toBe(true);
    });
    expect(existsSync(volume)).toBe(false);
  });

  test('when the parent of a full control plane with a frozen component is killed', async () => {
    await killParent({ profile: 'full' }, async (testenv) => {
      await testenv.pause('controller-manager');
      await testenv.pause('etcd');
    });
  });

  test('when the supervisor itself is killed with SIGKILL', async () => {
    const parent = await startParent({ profile: 'full', thirdParties: false });
    try {
      await expectTraces(parent);
      const { pid } = JSON.parse(readFileSync(join(parent.testenv.dataDir, 'state.json'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await expectNoTraces(parent.testenv.dataDir, parent.components);
    } finally {
      parent.kill();
    }
  });

  test('after an ordinary stop', async () => {
    const testenv = await startTestenv({ profile: 'api', thirdParties: false });
    const components = await testenv.components();
    await testenv.stop();
    expect(await traces(testenv.dataDir, components)).toEqual([]);
  });
});
