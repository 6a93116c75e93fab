import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RunTimeoutError } from '../outcome.ts';
import { inTime } from './deadline.ts';

const stop = new AbortController().signal;

describe('inTime', () => {
  test('work that ends in time is let be, and what it throws is thrown', async () => {
    await inTime(async () => undefined, { deadlineMs: 60_000, stop });
    const boom = new Error('boom');
    await expect(inTime(() => Promise.reject(boom), { deadlineMs: 60_000, stop })).rejects.toBe(boom);
  });

  test('work that listens is told to end when its time is up', async () => {
    const work = async (signal: AbortSignal) => {
      await delay(60_000, undefined, { signal });
    };
    await expect(inTime(work, { deadlineMs: 10, stop })).rejects.toBeInstanceOf(RunTimeoutError);
  });

  test('work that ends well after its time was up was too long all the same', async () => {
    const work = async (signal: AbortSignal) => {
      await delay(60_000, undefined, { signal }).catch(() => undefined);
    };
    await expect(inTime(work, { deadlineMs: 10, stop })).rejects.toThrow(
      'The run took longer than 0.01 s and was ended',
    );
  });

  test('work that never ends is left alone, and its signal stays aborted', async () => {
    let seen: AbortSignal | undefined;
    const work = async (signal: AbortSignal) => {
      seen = signal;
      await new Promise(() => undefined);
    };
    await expect(inTime(work, { deadlineMs: 10, graceMs: 10, stop })).rejects.toBeInstanceOf(RunTimeoutError);
    expect(seen?.aborted).toBe(true);
  });

  test('the end of the process is no timeout', async () => {
    const stopping = AbortSignal.abort(new DOMException('stopping', 'AbortError'));
    const work = async (signal: AbortSignal) => {
      await delay(60_000, undefined, { signal });
    };
    await expect(inTime(work, { deadlineMs: 60_000, stop: stopping })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
