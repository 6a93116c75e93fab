import type { PostgresServer, SslMode } from './server.ts';

/** The ways of using TLS, from the least to the most demanding. */
export const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** The default, which is libpq's too: TLS when the server offers it. */
export const defaultSslMode: SslMode = 'prefer';

/** Why a Secret's values are no login. The message names the Secret and the key, never a value. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly reason:
    | 'MissingSecret'
    | 'MissingHost'
    | 'MissingUser'
    | 'MissingPassword'
    | 'InvalidPort'
    | 'InvalidSslMode';

  constructor(reason: CredentialsError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Where values come from, for messages, and what overrides their key `sslmode`. */
export type CredentialsSource = { readonly secret: string; readonly sslMode?: SslMode | undefined };

const DEFAULT_PORT = 5432;

/**
 * Reads the login to a server from a Secret's values: `host`, `user` (or `username`) and `password` are needed; `port`,
 * `database` (where to connect; `postgres` unless said), `sslmode` and `ca.crt` are optional.
 * @throws CredentialsError when the Secret does not exist (`undefined`) or a value is missing or wrong.
 */
export function readCredentials(
  found: Readonly<Record<string, string>> | undefined,
  { secret, sslMode }: CredentialsSource,
): PostgresServer & { readonly password: string } {
  if (!found) {
    throw new CredentialsError('MissingSecret', `Secret ${secret} does not exist`);
  }
  const values = withoutLineEnds(found);
  const { host, user = values['username'], password } = values;
  if (!host) {
    throw new CredentialsError('MissingHost', `Secret ${secret} has no key host`);
  }
  if (!user) {
    throw new CredentialsError('MissingUser', `Secret ${secret} has no key user`);
  }
  if (!password) {
    throw new CredentialsError('MissingPassword', `Secret ${secret} has no key password`);
  }
  const mode = sslMode ?? readSslMode(values, secret);
  const ca = values['ca.crt'];
  const ssl = ca ? { mode, ca } : { mode };
  return { host, port: readPort(values, secret), user, password, database: values['database'] || 'postgres', ssl };
}

/** Values that were made from files, as `kubectl create secret --from-file` does, end in the file's line end. */
function withoutLineEnds(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.replace(/\r?\n$/, '')]));
}

function readPort(values: Readonly<Record<string, string>>, secret: string): number {
  const port = Number(values['port'] || DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CredentialsError('InvalidPort', `Secret ${secret} has a key port that is not a port number`);
  }
  return port;
}

function readSslMode(values: Readonly<Record<string, string>>, secret: string): SslMode {
  const wanted = values['sslmode'];
  const mode = wanted ? sslModes.find((each) => each === wanted) : defaultSslMode;
  if (!mode) {
    const allowed = sslModes.join(', ');
    throw new CredentialsError('InvalidSslMode', `Secret ${secret} has a key sslmode that is not one of ${allowed}`);
  }
  return mode;
}

/**
 * The URL that applications connect with; every part is percent-encoded. The default way of using TLS is left out: it is
 * what libpq does without a word, and node-postgres takes the word for a demand for TLS.
 */
export function connectionUrl(server: PostgresServer & { readonly password: string }): string {
  const host = server.host.includes(':') ? `[${server.host}]` : server.host;
  const login = `${encodeURIComponent(server.user)}:${encodeURIComponent(server.password)}`;
  const database = encodeURIComponent(server.database);
  const query = server.ssl.mode === defaultSslMode ? '' : `?sslmode=${server.ssl.mode}`;
  return `postgresql://${login}@${host}:${server.port}/${database}${query}`;
}
