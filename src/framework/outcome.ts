import { UnknownKindError } from './api/discovery.ts';
import { ApiError, isConflict, isInvalid, messageOf, TransportError } from './api/errors.ts';
import { FieldConflictError } from './api/field-conflict.ts';
import { OwnershipError } from './api/ownership.ts';
import { explainForbidden, RefusedError, wordsOf } from './api/refusal.ts';

/** Thrown by a kind that waits for somebody else. Nothing is wrong, and a watch or the timer will bring it back. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  /** @param reason CamelCase, stable. @param message one sentence, the same on every retry. */
  constructor(reason: string, message: string, options: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Thrown by a kind whose spec cannot be met: no retry helps until the spec or something it refers to changes. */
export class InvalidSpecError extends Error {
  override readonly name = 'InvalidSpecError';
  readonly reason: string;

  constructor(reason: string, message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.reason = reason;
  }
}

/** The reason of a run that took too long. */
export const TIMEOUT_REASON = 'DeadlineExceeded';

/** Thrown for a run that did not end in time. */
export class RunTimeoutError extends Error {
  override readonly name = 'RunTimeoutError';
  readonly reason = TIMEOUT_REASON;

  constructor(deadlineMs: number) {
    super(`The run took longer than ${deadlineMs / 1000} s and was ended`);
  }
}

/** How a piece of work ended badly, and so what becomes of the object: its conditions, its events, its next run. */
export type Trouble =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly retryAfterMs?: number }
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string; readonly retryAfterMs?: number }
  /** A lost race or a shutdown: run again, and tell nobody. */
  | { readonly kind: 'silent' };

const API_MISSING_RETRY_MS = 60_000;

/** The one mapping from what was thrown to what it means. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof NotReadyError) {
    const { reason, message, retryAfterMs } = error;
    return { kind: 'waiting', reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const reason = stallReasonOf(error);
  if (reason !== undefined) {
    return { kind: 'stalled', reason, message: sentenceOf(error) };
  }
  if (error instanceof UnknownKindError) {
    // The watch tells when the kind comes to be served; the time is for whoever has no handle on it.
    return { kind: 'waiting', reason: 'ApiMissing', message: error.message, retryAfterMs: API_MISSING_RETRY_MS };
  }
  if (isConflict(error) || (error instanceof Error && error.name === 'AbortError')) {
    return { kind: 'silent' };
  }
  return { kind: 'failed', reason: reasonOf(error), message: sentenceOf(error), ...retryOf(error) };
}

/** Why no retry helps; nothing where one may. */
function stallReasonOf(error: unknown): string | undefined {
  // The server refuses what the spec asks for, an immutable field for example: sending it again changes nothing.
  if (error instanceof InvalidSpecError || error instanceof RefusedError) {
    return error.reason;
  }
  if (error instanceof OwnershipError) {
    return 'OwnedByAnother';
  }
  if (error instanceof FieldConflictError) {
    return 'FieldConflict';
  }
  return isInvalid(error) ? 'Rejected' : undefined;
}

/** What people read: of a request, the server's words about it, since its path tells them nothing. */
function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    return error.code === 403 ? explainForbidden(error) : wordsOf(error);
  }
  return messageOf(error);
}

/** An error that carries a reason fit for a condition keeps it, as those of our clients do. */
function reasonOf(error: unknown): string {
  if (error instanceof ApiError) {
    return error.code === 403 ? 'Forbidden' : 'RequestFailed';
  }
  if (error instanceof TransportError) {
    return 'ApiServerUnreachable';
  }
  const own: unknown = error instanceof Error && 'reason' in error ? error.reason : undefined;
  return typeof own === 'string' && /^[A-Z][A-Za-z0-9]*$/.test(own) ? own : 'Failed';
}

function retryOf(error: unknown): { retryAfterMs?: number } {
  return error instanceof ApiError && error.retryAfterMs !== undefined ? { retryAfterMs: error.retryAfterMs } : {};
}
