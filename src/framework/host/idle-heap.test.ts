import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { IdleHeap } from './idle-heap.ts';

const MB = 2 ** 20;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A process whose heap and processor time are as told. */
function startAt(usedMb: number) {
  const state = { usedMb, computedMs: 0, collections: 0 };
  const heap = {
    used: () => state.usedMb * MB,
    computedMs: () => state.computedMs,
    collect: () => {
      state.collections += 1;
      state.usedMb = 20;
    },
  };
  const idleHeap = new IdleHeap({ heap, lookMs: 1_000 });
  idleHeap.start();
  return { state, idleHeap, look: () => vi.advanceTimersByTime(1_000) };
}

test('what a burst of work has left is collected when it is over', () => {
  const { state, look } = startAt(50);
  state.computedMs += 500;
  look();
  expect(state.collections, 'while there is work').toBe(0);
  state.computedMs += 5;
  look();
  expect(state.collections).toBe(1);
});

test('an idle process is left alone until there is something to collect', () => {
  const { state, look } = startAt(50);
  look();
  state.usedMb += 3;
  look();
  look();
  expect(state.collections).toBe(1);
  state.usedMb += 2;
  look();
  expect(state.collections).toBe(2);
});

test('nothing is looked at after the end', () => {
  const { state, idleHeap, look } = startAt(50);
  idleHeap.stop();
  look();
  expect(state.collections).toBe(0);
});
