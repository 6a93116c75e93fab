import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffMs, jittered } from './backoff.ts';

const bounds = { baseMs: 500, maxMs: 30_000 };

describe('backoffMs', () => {
  test.each([
    { attempt: 0, delay: 500 },
    { attempt: 1, delay: 1_000 },
    { attempt: 2, delay: 2_000 },
    { attempt: 5, delay: 16_000 },
    { attempt: 6, delay: 30_000 },
    { attempt: 5_000, delay: 30_000 },
  ])('waits $delay ms before retry $attempt', ({ attempt, delay }) => {
    expect(backoffMs(attempt, bounds)).toBe(delay);
  });

  test('never shrinks, never exceeds the cap and is always a number a timer can take', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 10_000 }),
        (attempt, baseMs, maxMs) => {
          const delay = backoffMs(attempt, { baseMs, maxMs });
          expect(delay).toBeGreaterThanOrEqual(baseMs);
          expect(delay).toBeLessThanOrEqual(maxMs);
          expect(backoffMs(attempt + 1, { baseMs, maxMs })).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});

describe('jittered', () => {
  test.each([
    { random: 0, delay: 500 },
    { random: 0.5, delay: 750 },
    { random: 1, delay: 1_000 },
  ])('turns 1000 ms into $delay ms when chance says $random', ({ random, delay }) => {
    expect(jittered(1_000, () => random)).toBe(delay);
  });

  test('stays between half of the delay and the delay with real chance', () => {
    for (let i = 0; i < 100; i++) {
      const delay = jittered(1_000);
      expect(delay).toBeGreaterThanOrEqual(500);
      expect(delay).toBeLessThan(1_000);
    }
  });
});
