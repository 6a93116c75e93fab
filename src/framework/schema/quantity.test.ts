import { describe, expect, test } from 'vitest';
import { amountOf } from './quantity.ts';

describe('a quantity', () => {
  test.each([
    ['10Gi', 10 * 2 ** 30],
    ['500m', 0.5],
    [2, 2],
    ['1.5Ki', 1536],
    ['1e3', 1000],
    ['2E', 2e18],
    ['0', 0],
    ['-1', -1],
    ['.5', 0.5],
  ])('%s is %d', (quantity, amount) => {
    expect(amountOf(quantity)).toBe(amount);
  });

  test.each(['', 'Gi', '10 Gi', '1e', '10GiB'])('%j is none', (text) => {
    expect(amountOf(text)).toBeUndefined();
  });
});
