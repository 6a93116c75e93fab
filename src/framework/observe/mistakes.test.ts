import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';
import { logMistake } from './mistakes.ts';

/** What is logged of an error. */
function loggedOf(error: unknown): unknown[] {
  const lines: unknown[] = [];
  const logger = createLogger({ level: 'error', format: 'json' });
  logMistake({ ...logger, error: (message, fields) => void lines.push({ message, ...fields }) }, error);
  return lines;
}

test('a mistake is logged with the place where it was made', () => {
  const lines = loggedOf(new TypeError('x is not a function'));
  expect(lines).toMatchObject([{ stack: expect.stringContaining('mistakes.test.ts') }]);
});

test('what is thrown on purpose is no mistake', () => {
  expect(loggedOf(new Error('the database is away'))).toEqual([]);
  expect(loggedOf('nothing')).toEqual([]);
});
