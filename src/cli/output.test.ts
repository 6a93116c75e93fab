import { expect, test } from 'vitest';
import { rendered } from './output.ts';

test.each([
  ['json', '{\n  "a": 1\n}\n'],
  ['yaml', 'a: 1\n'],
  ['table', 'A is 1\n'],
] as const)('a result is printed as %s', (format, text) => {
  expect(rendered(format, { a: 1 }, () => 'A is 1')).toBe(text);
});
