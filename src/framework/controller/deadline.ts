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
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new RunTimeoutError(deadlineMs)), deadlineMs);
  const signal = AbortSignal.any([stop, late.signal]);
  const left = Promise.withResolvers<never>();
  let grace: NodeJS.Timeout | undefined;
  const onAbort = () => {
    grace = setTimeout(() => left.reject(late.signal.reason), graceMs);
  };
  late.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work(signal), left.promise]);
  } catch (error) {
    throw late.signal.aborted ? late.signal.reason : error;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
  }
  if (late.signal.aborted) {
    throw late.signal.reason;
  }
}
