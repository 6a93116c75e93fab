import { setTimeout as delay } from 'node:timers/promises';

/** How often a test looks. */
const INTERVAL_MS = 40;

/** What a test waits for: a name for the report, and how long at most. */
export type Expectation = { readonly what: string; readonly patienceMs: number };

/**
 * Looks again and again until nothing is missing.
 * @param look says in a sentence what is still missing, or `undefined` when nothing is.
 * @throws Error that names what was waited for and what was missing at the end.
 */
export async function waitUntil(
  { what, patienceMs }: Expectation,
  look: () => Promise<string | undefined>,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const missing = await look();
    if (missing === undefined) {
      return;
    }
    if (performance.now() >= deadline) {
      throw new Error(`${what}: not within ${patienceMs} ms, because ${missing}`);
    }
    await delay(INTERVAL_MS);
  }
}
