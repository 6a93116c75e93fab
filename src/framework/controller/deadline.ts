import { RunTimeoutError } from '../outcome.ts';

/** How long a run may take, and how it is told to end. */
export type Deadline = {
  readonly deadlineMs: number;
  /** Aborted when the process stops. */
  readonly stop: AbortSignal;
  /** How long a run that was told to end may still take before nobody waits for it any more. */
  readonly graceMs?: number;
};

const GRACE_MS = 5_000;

/**
 * Does work that has to end in time. Its signal is aborted when the time is up or the process stops. Work that does not
 * listen when its time is up is left alone after a moment, so that others get its place; when the process stops nobody
 * needs it, and whoever stops has to know that it has not ended.
 * @throws RunTimeoutError when the time was up, even if the work came to an end of its own.
 */
export async function inTime(work: (signal: AbortSignal) => Promise<void>, options: Deadline): Promise<void> {
  const { deadlineMs, stop, graceMs = GRACE_MS } = options;
  const run = new AbortController();
  const left = Promise.withResolvers<never>();
  let late: RunTimeoutError | undefined;
  let grace: NodeJS.Timeout | undefined;
  const onStop = () => run.abort(stop.reason);
  const onTime = () => {
    late = new RunTimeoutError(deadlineMs);
    run.abort(late);
    grace = setTimeout(() => left.reject(late), graceMs);
  };
  const timer = setTimeout(onTime, deadlineMs);
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) {
    onStop();
  }
  try {
    await Promise.race([work(run.signal), left.promise]);
  } catch (error) {
    throw late ?? error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    stop.removeEventListener('abort', onStop);
  }
  if (late) {
    throw late;
  }
}
