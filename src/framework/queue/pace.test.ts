import { expect, test } from 'vitest';
import { Pace } from './pace.ts';

const ITEMS = 100;

/** Counts the turns of the event loop until it is told to end. */
function countTurns() {
  const counted = { turns: 0, isOver: false };
  const count = () => {
    if (!counted.isOver) {
      counted.turns += 1;
      setImmediate(count);
    }
  };
  setImmediate(count);
  return counted;
}

async function workThrough(pace: Pace, done: () => void): Promise<void> {
  for (let item = 0; item < ITEMS; item += 1) {
    await pace.step();
    done();
  }
}

test('a loop that has used up its slice lets others have their turn', async () => {
  const counted = countTurns();
  await workThrough(new Pace(0), () => undefined);
  counted.isOver = true;
  expect(counted.turns).toBeGreaterThanOrEqual(ITEMS - 1);
});

test('a loop within its slice goes on at once', async () => {
  const counted = countTurns();
  await workThrough(new Pace(60_000), () => undefined);
  counted.isOver = true;
  expect(counted.turns).toBe(0);
});

test('loops that share a pace get one slice a turn together, and take it in turns', async () => {
  const pace = new Pace(0);
  const counted = countTurns();
  const order: string[] = [];
  await Promise.all(['a', 'b', 'c'].map((loop) => workThrough(pace, () => order.push(loop))));
  counted.isOver = true;
  expect(counted.turns).toBeGreaterThanOrEqual(3 * ITEMS - 1);
  expect(order.slice(0, 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

test('a turn in which nobody waits ends the slice', async () => {
  const pace = new Pace(60_000);
  expect(pace.isOver()).toBe(false);
  const late: string[] = [];
  pace.onNextSlice(() => late.push('called'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(late).toEqual(['called']);
});
