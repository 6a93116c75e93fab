/** Whether this process may write now. Asked for every write, at the moment when it leaves. */
export type MayWrite = () => boolean;

/** A write was held back, because another process may be at work by now. */
export class NotLeadingError extends Error {
  override readonly name = 'NotLeadingError';
}

/**
 * What holds a write back while writing is not allowed. It is asked when the request gets its connection, not when it was
 * made: a request may wait long for a free one, and a process may be stopped in between.
 */
export function guarding(mayWrite: MayWrite): () => NotLeadingError | undefined {
  return () =>
    mayWrite() ? undefined : new NotLeadingError('held back, because this process does not hold the lease');
}
