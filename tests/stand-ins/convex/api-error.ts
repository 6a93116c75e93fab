/** Codes whose status is not 400. */
const statuses: Readonly<Record<string, number>> = {
  BadDeployKey: 403,
  ReadOnlyAdminKey: 403,
  NotFound: 404,
  ExportNotFound: 404,
  InternalServerError: 500,
};

/** An answer that is no success: Convex gives a code for programs and a message for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;

  constructor(message: string, options: { readonly code: string } & ErrorOptions) {
    super(message, options);
    this.code = options.code;
  }

  /** The status of the answer. */
  get status(): number {
    return statuses[this.code] ?? 400;
  }
}
