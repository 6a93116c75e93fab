import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

/** How often others get their turn while a loop goes through some items. */
async function turnsOfOthers(budgetMs: number): Promise<number> {
  const pace = createPace(budgetMs);
  let isOver = false;
  let turns = 0;
  const other = () => {
    if (!isOver) {
      turns += 1;
      setImmediate(other);
    }
  };
  setImmediate(other);
  for (let item = 0; item < 100; item += 1) {
    await pace();
  }
  isOver = true;
  return turns;
}

test('a loop that has used up its budget lets others have their turn', async () => {
  expect(await turnsOfOthers(0)).toBeGreaterThanOrEqual(99);
});

test('a loop within its budget goes on at once', async () => {
  expect(await turnsOfOthers(60_000)).toBe(0);
});
