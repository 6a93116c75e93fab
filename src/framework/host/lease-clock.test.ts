import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { LeaseClock } from './lease-clock.ts';

describe('the clock of a lease', () => {
  test('allows nothing at first, something once extended, and nothing when ended', () => {
    const clock = new LeaseClock();
    expect(clock.holds).toBe(false);
    clock.extend(LeaseClock.now(), 60_000);
    expect(clock.holds).toBe(true);
    clock.end();
    expect(clock.holds).toBe(false);
    expect(clock.remainingMs).toBe(0);
  });

  test('counts from the moment that it is given, not from now', () => {
    const { steadyMs, wallMs } = LeaseClock.now();
    const clock = new LeaseClock();
    clock.extend({ steadyMs: steadyMs - 5_000, wallMs: wallMs - 5_000 }, 4_000);
    expect(clock.holds).toBe(false);
  });

  test.each([
    ['the machine was suspended, so that only the wall clock went on', { steadyMs: 0, wallMs: -60_000 }],
    ['the wall clock was set back, so that only the steady one went on', { steadyMs: -60_000, wallMs: 0 }],
  ])('forbids when %s', (_name, { steadyMs, wallMs }) => {
    const now = LeaseClock.now();
    const clock = new LeaseClock();
    clock.extend({ steadyMs: now.steadyMs + steadyMs, wallMs: now.wallMs + wallMs }, 30_000);
    expect(clock.holds).toBe(false);
  });

  test('is the same in every thread, while this one is busy', async () => {
    const clock = new LeaseClock();
    const code = `
      const { workerData } = require('node:worker_threads');
      const cells = new BigInt64Array(workerData);
      Atomics.store(cells, 0, process.hrtime.bigint() / 1000000n + 60000n);
      Atomics.store(cells, 1, BigInt(Date.now() + 60000));
    `;
    const worker = new Worker(code, { eval: true, workerData: clock.memory });
    const started = performance.now();
    while (!clock.holds && performance.now() - started < 20_000) {
      Math.random(); // no other code of this thread has a turn
    }
    expect(clock.holds).toBe(true);
    await worker.terminate();
  });

  test('tells how long the thread that works has been silent', () => {
    const clock = new LeaseClock();
    expect(clock.silenceMs).toBeGreaterThan(0);
    clock.beat();
    expect(clock.silenceMs).toBeLessThan(5_000);
  });
});
