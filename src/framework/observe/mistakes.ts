import type { Logger } from './logger.ts';

/** What the language throws when code is wrong; whoever throws on purpose has a class of their own. */
const MISTAKES = [TypeError, ReferenceError, RangeError, SyntaxError] as const;

/** Logs where a mistake in a kind's code was made: a condition has room for its words only. */
export function logMistake(logger: Logger, error: unknown): void {
  if (MISTAKES.some((mistake) => error instanceof mistake)) {
    logger.error('a mistake in the code of the kind', { stack: (error as Error).stack });
  }
}
