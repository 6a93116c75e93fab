/** How often it is looked at; a stall is what comes on top. */
const STEP_MS = 10;

/** Shorter ones are not worth a line. */
const WORTH_MS = 5;

/**
 * Writes to standard output how late the event loop was, as `{"stallMs":…,"computedMs":…}`: for how long no timer could
 * fire, and for how much of that the main thread computed, its part of garbage collection included. The rest it waited: for
 * a processor, or for another thread that had none.
 */
export function reportStalls(): void {
  let due = performance.now() + STEP_MS;
  let computed = computedMs();
  const look = () => {
    const stallMs = performance.now() - due;
    if (stallMs > WORTH_MS) {
      const own = Math.min(stallMs, computedMs() - computed);
      process.stdout.write(`${JSON.stringify({ stallMs, computedMs: own })}\n`);
    }
    computed = computedMs();
    due = performance.now() + STEP_MS;
    setTimeout(look, STEP_MS).unref();
  };
  setTimeout(look, STEP_MS).unref();
}

/** For how long this thread has had a processor. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
