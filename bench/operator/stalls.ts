import { closeSync, openSync, readSync } from 'node:fs';

/** How often it is looked at; a stall is what comes on top. */
const STEP_MS = 10;

/** Shorter ones are not worth a line. */
const WORTH_MS = 5;

/**
 * Writes to standard output how late the event loop was, as `{"stallMs":…,"waitedMs":…}`: for how long no timer could
 * fire, and for how much of that the main thread had no processor. The difference is the operator's own doing, garbage
 * collection included.
 */
export function reportStalls(): void {
  const clock = waitingClock();
  let due = performance.now() + STEP_MS;
  let waited = clock();
  const look = () => {
    const now = performance.now();
    const waitedMs = clock() - waited;
    const stallMs = now - due;
    if (stallMs > WORTH_MS) {
      process.stdout.write(`${JSON.stringify({ stallMs, waitedMs: Math.min(waitedMs, stallMs) })}\n`);
    }
    waited = clock();
    due = performance.now() + STEP_MS;
    setTimeout(look, STEP_MS).unref();
  };
  setTimeout(look, STEP_MS).unref();
}

/** For how long this thread could have run and others had the processors, in milliseconds. */
function waitingClock(): () => number {
  const file = openSync(`/proc/${process.pid}/task/${process.pid}/schedstat`, 'r');
  const buffer = Buffer.alloc(128);
  process.once('exit', () => closeSync(file));
  return () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, buffer.length, 0)).split(' ')[1]) / 1e6;
}
