/** What the process ends with; scripts may rely on it. */
export const EXIT = { ok: 0, failed: 1, changes: 2, nothingKnown: 3, timeout: 4, usage: 64 } as const;

/** The same for people, at the end of every help. */
export const EXIT_CODES = `
Exit codes:
  0  done
  1  failed: the cluster or the operator cannot be reached or refuses, or something is found to be wrong
  2  plan: something would change
  3  explain: nothing is known of the object
  4  what was waited for did not come in time
  64 the command line is wrong`;

/** A failure that people can mend by another command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was waited for did not come in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError';
}

/** The exit code for something that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) {
    return EXIT.usage;
  }
  return error instanceof TimeoutError ? EXIT.timeout : EXIT.failed;
}
