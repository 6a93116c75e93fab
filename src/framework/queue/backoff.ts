/** Bounds of an exponential delay, in milliseconds. */
export type BackoffOptions = { readonly baseMs: number; readonly maxMs: number };

/** The delay before try number `attempt` (0 is the first retry): doubles up to the cap. */
export function backoffMs(attempt: number, { baseMs, maxMs }: BackoffOptions): number {
  return Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 40));
}

/** Spreads a delay between half and all of it, so that many waiters do not return at once. */
export function jittered(delayMs: number, random: () => number = Math.random): number {
  return delayMs * (0.5 + random() / 2);
}
