import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Budget } from './budget.ts';
import { Pace } from './pace.ts';

/** Queues that have so many keys each and never finish one by themselves. */
function membersOf(budget: Budget, loads: readonly number[]) {
  const left = [...loads];
  const begun = loads.map(() => 0);
  for (const index of loads.keys()) {
    budget.join({
      wants: () => (left[index] ?? 0) > 0,
      begin: () => {
        left[index] = (left[index] ?? 0) - 1;
        begun[index] = (begun[index] ?? 0) + 1;
      },
    });
  }
  return { left, begun };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('Budget', () => {
  test('with a pace, begins in later turns of the event loop what does not fit into the slice of this one', async () => {
    const budget = new Budget(10, new Pace(0));
    const { begun } = membersOf(budget, [3]);
    const seen: number[] = [];
    budget.share();
    for (let turn = 0; turn < 6; turn += 1) {
      seen.push(sum(begun));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sum(begun)).toBe(3);
    expect(seen[0]).toBeLessThan(3);
  });

  test('gives out no more places than it has, in turns', () => {
    const budget = new Budget(4);
    const { begun } = membersOf(budget, [1_000, 1_000, 1]);
    budget.share();
    expect(begun).toEqual([2, 1, 1]);
    budget.giveBack();
    expect(begun).toEqual([2, 2, 1]);
  });

  test('a kind that begins late gets the very next place', () => {
    const budget = new Budget(2);
    const { left, begun } = membersOf(budget, [1_000, 0]);
    budget.share();
    left[1] = 5;
    budget.giveBack();
    expect(begun).toEqual([2, 1]);
  });

  test('no place stays empty while somebody wants one, and places are shared evenly among those who want many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }),
        fc.nat(100),
        (limit, loads, finished) => {
          const budget = new Budget(limit);
          const { left, begun } = membersOf(budget, loads);
          budget.share();
          for (let i = 0; i < finished && i < sum(begun); i++) {
            budget.giveBack();
          }
          expect(sum(begun)).toBe(Math.min(sum(loads), limit + Math.min(finished, sum(begun))));
          const busy = begun.filter((_, index) => (left[index] ?? 0) > 0);
          expect(Math.max(...busy, 0) - Math.min(...busy, Number.POSITIVE_INFINITY)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
