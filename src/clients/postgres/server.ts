import type { ConnectionOptions } from 'node:tls';

/** How a connection uses TLS; the meanings are those of libpq's `sslmode`. */
export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** A password, or a wrapper that gives it only when asked, so that printing the server never shows it. */
export type Password = string | { readonly reveal: () => string };

/** One login to one PostgreSQL server. */
export type PostgresServer = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: Password;
  /** The database to connect to; for administration usually `postgres`. */
  readonly database: string;
  readonly ssl: {
    readonly mode: SslMode;
    /** PEM certificates to trust instead of those that Node.js trusts. */
    readonly ca?: string;
  };
};

/** The password in the clear, for the moment of use. */
export function revealPassword(password: Password): string {
  return typeof password === 'string' ? password : password.reveal();
}

/** `host:port` as messages show it, with brackets around an IPv6 address. */
export function addressOf({ host, port }: PostgresServer): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The TLS options to try, in this order; `false` is a connection without TLS. As in libpq, `prefer` and `require` encrypt
 * without asking whom they talk to, `require` with a CA behaves like `verify-ca`, and only `verify-full` checks the host name.
 */
export function tlsAttempts({ ssl: { mode, ca } }: PostgresServer): readonly (ConnectionOptions | false)[] {
  const trust = ca === undefined ? {} : { ca };
  const anyName = { checkServerIdentity: () => undefined };
  switch (mode) {
    case 'disable':
      return [false];
    case 'prefer':
      return [{ rejectUnauthorized: false, ...anyName }, false];
    case 'require':
      return ca === undefined
        ? [{ rejectUnauthorized: false, ...anyName }]
        : [{ rejectUnauthorized: true, ca, ...anyName }];
    case 'verify-ca':
      return [{ rejectUnauthorized: true, ...trust, ...anyName }];
    case 'verify-full':
      return [{ rejectUnauthorized: true, ...trust }];
  }
}
