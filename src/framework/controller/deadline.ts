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
 * Does work that has to end in time. Its signal is aborted when the time is up or the process stops; work that does
 * not listen is left alone after a moment, so that others get its place.
 * @throws RunTimeoutError when the time was up, even if the work came to an end of its own.
 */
export async function inTime(work: (signal: AbortSignal) => Promise<void>, options: Deadline): Promise<void> {
  const { deadlineMs, stop, graceMs = GRACE_MS } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new RunTimeoutError(deadlineMs)), deadlineMs);
  const signal = AbortSignal.any([stop, late.signal]);
  const left = Promise.withResolvers<never>();
  let grace: NodeJS.Timeout | undefined;
  const onAbort = () => {
    grace = setTimeout(() => left.reject(signal.reason), graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) {
    onAbort();
  }
  try {
    await Promise.race([work(signal), left.promise]);
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener('abort', onAbort);
  }
  if (late.signal.aborted) {
    throw late.signal.reason;
  }
}
