import { expect, test } from 'vitest';
import { connectionError, isPostgresError, PostgresError, reasonOf, statementError } from './errors.ts';
import { addressOf, type PostgresServer, tlsAttempts } from './server.ts';

const server: PostgresServer = {
  host: 'db',
  port: 5432,
  user: 'admin',
  password: 'hunter2',
  database: 'postgres',
  ssl: { mode: 'disable' },
};
const failure = (code: string | undefined, message: string) => Object.assign(new Error(message), code ? { code } : {});

test.each([
  ['28P01', 'password authentication failed for user "admin"', 'AuthenticationFailed'],
  ['28000', 'role "admin" is not permitted to log in', 'AuthenticationFailed'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", no encryption', 'TLSRequired'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", SSL off', 'TLSRequired'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "a", database "b", SSL encryption', 'AuthenticationFailed'],
  ['3D000', 'database "x" does not exist', 'UnknownDatabase'],
  ['53300', 'sorry, too many clients already', 'TooManyConnections'],
  ['57P03', 'the database system is starting up', 'ServerStarting'],
  ['57014', 'canceling statement due to statement timeout', 'Timeout'],
  ['42501', 'permission denied to create role', 'PermissionDenied'],
  ['ENOTFOUND', 'getaddrinfo ENOTFOUND db', 'UnknownHost'],
  ['EAI_AGAIN', 'getaddrinfo EAI_AGAIN db', 'UnknownHost'],
  ['ECONNREFUSED', 'connect ECONNREFUSED', 'ConnectionRefused'],
  ['EHOSTUNREACH', 'connect EHOSTUNREACH', 'HostUnreachable'],
  ['ETIMEDOUT', 'connect ETIMEDOUT', 'Timeout'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'TLSUntrusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Hostname/IP does not match', 'TLSUntrusted'],
  [undefined, 'The server does not support SSL connections', 'TLSRefused'],
  [undefined, 'timeout expired', 'Timeout'],
  [undefined, 'Query read timeout', 'Timeout'],
  [undefined, 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string', 'AuthenticationFailed'],
  ['42601', 'syntax error', undefined],
  [undefined, 'Connection terminated unexpectedly', undefined],
] as const)('%s "%s" means %s', (code, message, reason) => {
  expect(reasonOf(failure(code, message))).toBe(reason);
});

test('messages name server and user, and never the password', () => {
  const wrong = connectionError(failure('28P01', 'password authentication failed'), server);
  expect(wrong.message).toBe('PostgreSQL at db:5432 refused the login of user "admin"');
  expect(wrong).toMatchObject({ reason: 'AuthenticationFailed', sqlState: '28P01' });
  const missing = connectionError(failure('3D000', 'database "x" does not exist'), { ...server, database: 'x' });
  expect(missing.message).toBe(
    'User "admin" cannot connect to database "x" of PostgreSQL at db:5432: database "x" does not exist',
  );
  const syntax = statementError(failure('42601', 'syntax error at or near "x"'), server);
  expect(syntax).toMatchObject({
    reason: 'StatementFailed',
    message: 'PostgreSQL at db:5432 refused a statement of user "admin": syntax error at or near "x"',
  });
  const broken = statementError(failure('ECONNRESET', 'read ECONNRESET'), server);
  expect(broken).toMatchObject({ reason: 'CanNotConnectToDatabase', sqlState: undefined });
  for (const error of [wrong, missing, syntax, broken]) {
    expect(error.message).not.toContain('hunter2');
    expect(error.message).not.toMatch(/\.$/);
  }
});

test('isPostgresError narrows by reason', () => {
  const error = new PostgresError('Conflict', 'text');
  expect(isPostgresError(error)).toBe(true);
  expect(isPostgresError(error, 'Conflict')).toBe(true);
  expect(isPostgresError(error, 'Timeout')).toBe(false);
  expect(isPostgresError(new Error('text'))).toBe(false);
});

test('sslmode means what it means in libpq', () => {
  const attempts = (mode: PostgresServer['ssl']['mode'], ca?: string) =>
    tlsAttempts({ ...server, ssl: ca === undefined ? { mode } : { mode, ca } });
  const anyName = { checkServerIdentity: expect.any(Function) };
  expect(attempts('disable')).toEqual([false]);
  expect(attempts('prefer')).toEqual([{ rejectUnauthorized: false, ...anyName }, false]);
  expect(attempts('require')).toEqual([{ rejectUnauthorized: false, ...anyName }]);
  expect(attempts('require', 'CA')).toEqual([{ rejectUnauthorized: true, ca: 'CA', ...anyName }]);
  expect(attempts('verify-ca')).toEqual([{ rejectUnauthorized: true, ...anyName }]);
  expect(attempts('verify-full', 'CA')).toEqual([{ rejectUnauthorized: true, ca: 'CA' }]);
});

test('addresses show IPv6 in brackets', () => {
  expect(addressOf({ ...server, host: '::1' })).toBe('[::1]:5432');
});
