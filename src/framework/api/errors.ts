/** The `Status` object that the API server answers with when a request fails. */
export type KubeStatus = {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    /** What the request was about, in the plural: with a 404, what is missing. */
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
};

/** A request that the API server answered with an error status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status code. */
  readonly code: number;
  /** The machine-readable reason, such as `NotFound` or `Conflict`; empty when the server gave none. */
  readonly reason: string;
  /** What the server said, whole. */
  readonly status: KubeStatus;
  /** How long the server asked to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(request: string, status: KubeStatus, retryAfterMs?: number) {
    super(`${request}: ${status.message ?? `HTTP ${status.code}`}`);
    this.code = status.code ?? 0;
    this.reason = status.reason ?? '';
    this.status = status;
    const seconds = status.details?.retryAfterSeconds;
    this.retryAfterMs = seconds === undefined ? retryAfterMs : seconds * 1000;
  }
}

/** A request that got no answer: connection refused or cut, a timeout, a broken body. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}

function hasCode(error: unknown, code: number): error is ApiError {
  return error instanceof ApiError && error.code === code;
}

/** The object, its kind or its namespace does not exist. */
export function isNotFound(error: unknown): error is ApiError {
  return hasCode(error, 404);
}

/** Somebody else wrote first, or the object is another one than was meant: read again and retry. */
export function isConflict(error: unknown): error is ApiError {
  return hasCode(error, 409) || (hasCode(error, 422) && isAboutUid(error));
}

/** An apply that names the UID of an object which was made anew meanwhile is answered as if it were to change the UID. */
function isAboutUid({ status }: ApiError): boolean {
  const { causes = [] } = status.details ?? {};
  return causes.length > 0 && causes.every(({ field }) => field === 'metadata.uid');
}

/** The resource version or page token is too old: list again. */
export function isGone(error: unknown): error is ApiError {
  return hasCode(error, 410);
}

/** Our credentials do not allow the request. */
export function isForbidden(error: unknown): error is ApiError {
  return hasCode(error, 403);
}

/** The server refused the content of the object. */
export function isInvalid(error: unknown): error is ApiError {
  return (hasCode(error, 422) && !isAboutUid(error)) || hasCode(error, 400) || isUntyped(error);
}

/** What does not fit the kind's schema at all, such as an unknown field, is answered to an apply as a fault of the server. */
function isUntyped(error: unknown): error is ApiError {
  return hasCode(error, 500) && error.status.message?.startsWith('failed to create typed patch object') === true;
}

/** The message of anything that was thrown. The `fetch failed` of Node says nothing by itself, so its cause is added. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const cause = error instanceof TypeError && error.cause instanceof Error ? reasonIn(error.cause) : '';
  return cause === '' ? error.message : `${error.message}: ${cause}`;
}

/** When every address of a host was tried, the error has a code and no words. */
function reasonIn(cause: Error & { readonly code?: string }): string {
  return cause.message || (cause.code ?? '');
}
