import type { CredentialsSource } from '../../clients/postgres/credentials.ts';
import { isPostgresError, PostgresError, type PostgresErrorReason } from '../../clients/postgres/errors.ts';

/** The keys that a failed login is about. */
const keysOfReason: Partial<Record<PostgresErrorReason, string>> = {
  AuthenticationFailed: 'keys user and password',
  UnknownHost: 'key host',
  HostUnreachable: 'key host',
  ConnectionRefused: 'keys host and port',
  Timeout: 'keys host and port',
  TLSRefused: 'key sslmode',
  TLSRequired: 'key sslmode',
  TLSUntrusted: 'keys sslmode and ca.crt',
  UnknownDatabase: 'key database',
};

/** Adds to a failed login where the value stands that would have to change. Other errors stay as they are. */
export function withSource(error: unknown, { secret, sslMode }: CredentialsSource): unknown {
  if (!isPostgresError(error)) {
    return error;
  }
  const { reason, message, sqlState } = error;
  const keys = keysOfReason[reason];
  const isOfSpec = sslMode !== undefined && keys === 'key sslmode';
  const place = isOfSpec ? 'spec.sslMode' : `${keys ? `${keys} of ` : ''}Secret ${secret}`;
  return new PostgresError(reason, `${message}: see ${place}`, { cause: error, sqlState });
}
