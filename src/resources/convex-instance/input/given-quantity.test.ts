import { expect, test } from 'vitest';
import { givenQuantity } from './given-quantity.ts';

test.each(['0', 0, '0Gi', undefined])('a quantity of %j counts as not given', (quantity) => {
  expect(givenQuantity(quantity)).toBeUndefined();
});

test('a quantity of something is given', () => {
  expect(givenQuantity('1Gi')).toBe('1Gi');
});
