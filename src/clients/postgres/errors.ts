import { addressOf, type PostgresServer } from './server.ts';

/** Why a connection or a statement failed: stable words for conditions and metrics. */
export type PostgresErrorReason =
  | 'AuthenticationFailed'
  | 'UnknownHost'
  | 'ConnectionRefused'
  | 'HostUnreachable'
  | 'Timeout'
  | 'TLSRefused'
  | 'TLSUntrusted'
  | 'TLSRequired'
  | 'UnknownDatabase'
  | 'TooManyConnections'
  | 'ServerStarting'
  | 'DiskFull'
  | 'PermissionDenied'
  | 'CanNotConnectToDatabase'
  | 'StatementFailed'
  | 'ExtensionUnavailable'
  | 'InvalidName'
  | 'InvalidPassword'
  | 'UnsafeRole'
  | 'Conflict';

type Details = ErrorOptions & { readonly sqlState?: string | undefined };

/**
 * Every error of this client. The message is one sentence that stays the same on every retry: it names server and user, never
 * a password, a time or a process. `sqlState` is PostgreSQL's code where the server answered.
 */
export class PostgresError extends Error {
  readonly reason: PostgresErrorReason;
  readonly sqlState: string | undefined;

  constructor(reason: PostgresErrorReason, message: string, details: Details = {}) {
    super(message, details);
    this.name = 'PostgresError';
    this.reason = reason;
    this.sqlState = details.sqlState;
  }
}

/** Narrows a caught value to an error of this client, optionally with a certain reason. */
export function isPostgresError(error: unknown, reason?: PostgresErrorReason): error is PostgresError {
  return error instanceof PostgresError && (reason === undefined || error.reason === reason);
}

const reasonOfCode: Readonly<Record<string, PostgresErrorReason>> = {
  '28P01': 'AuthenticationFailed',
  '28000': 'AuthenticationFailed',
  '3D000': 'UnknownDatabase',
  '53300': 'TooManyConnections',
  '53100': 'DiskFull',
  '57P03': 'ServerStarting',
  '57014': 'Timeout',
  '42501': 'PermissionDenied',
  ENOTFOUND: 'UnknownHost',
  EAI_AGAIN: 'UnknownHost',
  ECONNREFUSED: 'ConnectionRefused',
  EHOSTUNREACH: 'HostUnreachable',
  EHOSTDOWN: 'HostUnreachable',
  ENETUNREACH: 'HostUnreachable',
  ETIMEDOUT: 'Timeout',
  ERR_TLS_CERT_ALTNAME_INVALID: 'TLSUntrusted',
  CERT_HAS_EXPIRED: 'TLSUntrusted',
  CERT_NOT_YET_VALID: 'TLSUntrusted',
  CERT_UNTRUSTED: 'TLSUntrusted',
  CERT_REJECTED: 'TLSUntrusted',
  CERT_SIGNATURE_FAILURE: 'TLSUntrusted',
  INVALID_CA: 'TLSUntrusted',
  HOSTNAME_MISMATCH: 'TLSUntrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'TLSUntrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'TLSUntrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'TLSUntrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'TLSUntrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'TLSUntrusted',
};

/** What `pg` 8 says without a code. */
const reasonOfText: readonly (readonly [RegExp, PostgresErrorReason])[] = [
  [/^The server does not support SSL connections/, 'TLSRefused'],
  [/timeout expired|connection timeout|^Query read timeout/, 'Timeout'],
  [/^SASL: /, 'AuthenticationFailed'],
];

type Failure = { readonly code: string; readonly text: string };

function failureOf(error: unknown): Failure {
  const { code, message } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  return { code: typeof code === 'string' ? code : '', text: typeof message === 'string' ? message : String(error) };
}

/** The reason behind an error of `pg`, of the network or of TLS; undefined for one that has no word of its own. */
export function reasonOf(error: unknown): PostgresErrorReason | undefined {
  const { code, text } = failureOf(error);
  if (code === '28000' && /no pg_hba\.conf entry.*(?:no encryption|SSL off)/.test(text)) {
    return 'TLSRequired';
  }
  return reasonOfCode[code] ?? reasonOfText.find(([expression]) => expression.test(text))?.[1];
}

const sentences: Partial<Record<PostgresErrorReason, (where: string, user: string) => string>> = {
  AuthenticationFailed: (where, user) => `PostgreSQL at ${where} refused the login of user "${user}"`,
  UnknownHost: (where) => `The host name of PostgreSQL at ${where} is unknown`,
  ConnectionRefused: (where) => `Nothing accepts connections at ${where}`,
  HostUnreachable: (where) => `The host of PostgreSQL at ${where} cannot be reached`,
  Timeout: (where, user) => `PostgreSQL at ${where} did not answer user "${user}" in time`,
  TLSRefused: (where) => `PostgreSQL at ${where} does not offer TLS, which the connection demands`,
  TLSUntrusted: (where) => `The certificate of PostgreSQL at ${where} is not trusted`,
  TLSRequired: (where, user) => `PostgreSQL at ${where} accepts user "${user}" only with TLS`,
  TooManyConnections: (where, user) => `PostgreSQL at ${where} has no connection left for user "${user}"`,
  DiskFull: (where) => `PostgreSQL at ${where} has no space left on its disk`,
  ServerStarting: (where) => `PostgreSQL at ${where} is starting or shutting down`,
};

function sentenceOf(reason: PostgresErrorReason, server: PostgresServer): string | undefined {
  return sentences[reason]?.(addressOf(server), server.user);
}

/** The server's own words where it gave any, since they name the object concerned. */
function serverText(error: unknown): string {
  const { code, text } = failureOf(error);
  return /^[0-9A-Z]{5}$/.test(code) ? text : 'the connection broke';
}

/** What went wrong while connecting to `server`, as a {@link PostgresError}. */
export function connectionError(error: unknown, server: PostgresServer): PostgresError {
  const reason = reasonOf(error) ?? 'CanNotConnectToDatabase';
  const general = `User "${server.user}" cannot connect to database "${server.database}" of PostgreSQL at ${addressOf(server)}`;
  const message = sentenceOf(reason, server) ?? `${general}: ${serverText(error)}`;
  return new PostgresError(reason, message, { cause: error, sqlState: sqlStateOf(error) });
}

/** What went wrong with a statement sent to `server`, as a {@link PostgresError}; the statement itself is not shown. */
export function statementError(error: unknown, server: PostgresServer): PostgresError {
  const sqlState = sqlStateOf(error);
  const reason = reasonOf(error) ?? (sqlState ? 'StatementFailed' : 'CanNotConnectToDatabase');
  const general = `PostgreSQL at ${addressOf(server)} refused a statement of user "${server.user}"`;
  const message = sentenceOf(reason, server) ?? `${general}: ${serverText(error)}`;
  return new PostgresError(reason, message, { cause: error, sqlState });
}

function sqlStateOf(error: unknown): string | undefined {
  const { code } = failureOf(error);
  return /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined;
}
