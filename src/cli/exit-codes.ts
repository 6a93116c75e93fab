/** What the process ends with; scripts may rely on it. */
export const EXIT = { ok: 0, failed: 1, changes: 2, nothingKnown: 3, usage: 64 } as const;

/** A failure that people can mend by another command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
