import { expect, test } from 'vitest';
import { ageOf, textTable } from './text-table.ts';

test('columns are as wide as what is in them, and no line ends in blanks', () => {
  const rows = [
    ['a-long-name', 'True', ''],
    ['b', 'False', 'why'],
  ];
  expect(textTable(['NAME', 'READY', 'MESSAGE'], rows).split('\n')).toEqual([
    'NAME          READY   MESSAGE',
    'a-long-name   True',
    'b             False   why',
  ]);
});

test.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [7_199, '119m'],
  [7_200, '2h'],
  [172_800, '2d'],
])('an age of %d s is %s', (seconds, text) => {
  const then = '2026-01-01T00:00:00Z';
  expect(ageOf(then, Date.parse(then) + seconds * 1000)).toBe(text);
});

test('no time has no age', () => {
  expect(ageOf(undefined)).toBe('');
});
