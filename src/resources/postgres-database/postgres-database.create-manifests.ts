import { connectionUrl } from '../../clients/postgres/credentials.ts';
import type { PostgresServer } from '../../clients/postgres/server.ts';

/** The login of an application, as its Secret holds it. */
export type Login = PostgresServer & { readonly password: string };

/** The login that an application gets: the server's address with the application's own role and database. */
export function loginTo(server: PostgresServer, own: { role: string; database: string; password: string }): Login {
  return { ...server, user: own.role, password: own.password, database: own.database };
}

/** The Secret's values: every spelling of a key that one of the originals or its applications used. */
export function createSecretData(login: Login): Record<string, string> {
  const { host, port, user, password, database, ssl } = login;
  return {
    host,
    port: String(port),
    user,
    username: user,
    password,
    database,
    name: database,
    sslmode: ssl.mode,
    ...(ssl.ca ? { 'ca.crt': ssl.ca } : {}),
    url: connectionUrl(login),
  };
}
