import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Causes } from '../cause.ts';
import { currentRun, Run, within } from './run.ts';
import { Watchdog } from './watchdog.ts';

const LIMIT_MS = 200;
const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' };

let watchdog: Watchdog;
let told: { readonly message: string; readonly fields: unknown }[];
let kinds: string[];

beforeEach(() => {
  told = [];
  kinds = [];
  const warn = (message: string, fields?: unknown) => told.push({ message, fields });
  watchdog = new Watchdog({ logger: { warn }, onBlocked: (kind) => kinds.push(kind), limitMs: LIMIT_MS });
  watchdog.start();
});

afterEach(() => watchdog.stop());

/** Computes for so long, however long that takes. */
function compute(ms: number): void {
  const used = () => Object.values(process.threadCpuUsage()).reduce((sum, micros) => sum + micros / 1_000, 0);
  for (const end = used() + ms; used() < end; ) {
    // what a run should leave to another thread
  }
}

/** A run that looks at an object, does its work, and looks again. */
async function run(object: string, work: () => unknown): Promise<void> {
  await within(new Run({ id: `run-${object}`, kind: 'App', object, causes: new Causes() }), async () => {
    currentRun()?.looked(ref);
    await delay(1);
    await work();
    currentRun()?.looked(ref);
  });
}

/** Until the watchdog has looked once more. */
const looked = () => delay(LIMIT_MS / 2);

test('the run that computes for too long is named, and not those beside it', async () => {
  await looked();
  await Promise.all([run('a', () => delay(5)), run('slow', () => compute(LIMIT_MS * 2)), run('b', () => undefined)]);
  await looked();
  expect(told).toEqual([
    {
      message: 'a run has blocked the event loop',
      fields: { kind: 'App', object: 'slow', run: 'run-slow', blockedMs: expect.any(Number) },
    },
  ]);
  expect(kinds).toEqual(['App']);
});

test('a computation that is no run is told of, too', async () => {
  await looked();
  compute(LIMIT_MS * 2);
  await looked();
  expect(kinds).toEqual(['']);
});

test('time without a processor is nobody to blame for', async () => {
  await looked();
  await run('stopped', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LIMIT_MS * 3));
  await looked();
  expect(told).toEqual([]);
});

test('a run that gives others their turn may compute for as long as it likes', async () => {
  await looked();
  await run('polite', async () => {
    for (let slice = 0; slice < 30; slice += 1) {
      compute(LIMIT_MS / 20);
      await delay(1);
    }
  });
  await looked();
  expect(told).toEqual([]);
});
