import type { z } from 'zod';
import { connectionUrl } from '../../clients/postgres/credentials.ts';
import { databaseName } from '../../clients/postgres/identifiers.ts';
import type { PostgresServer } from '../../clients/postgres/server.ts';
import type { postgresDatabaseSpecSchema } from './postgres-database.schemas.ts';

/** The names of what a PostgresDatabase makes. */
export type Names = { readonly database: string; readonly role: string; readonly secretName: string };

/** A parsed spec. */
export type PostgresDatabaseSpec = z.output<typeof postgresDatabaseSpecSchema>;

/** A PostgresDatabase, and the Secret that it has already: applications use it, whatever the default would be now. */
export type NamedObject = {
  readonly namespace: string;
  readonly name: string;
  readonly secretName?: string | undefined;
};

/**
 * What a PostgresDatabase is called on the server and in the cluster. The Secret's default name is the one that the
 * original operator gave it in the version that had the field by which the server is named.
 */
export function namesOf(spec: PostgresDatabaseSpec, object: NamedObject): Names {
  const database = spec.database ?? databaseName(object.namespace, object.name);
  const secretName = spec.secretName ?? object.secretName ?? defaultSecretName(spec, object.name);
  return { database, role: spec.role ?? database, secretName };
}

function defaultSecretName(spec: PostgresDatabaseSpec, name: string): string {
  if (spec.connection === undefined && spec.secretRef !== undefined) {
    return `${name}-connection`;
  }
  const isPeak = spec.connection === undefined && (spec.cluster !== undefined || spec.environment !== undefined);
  return isPeak ? `${name}-pg-connection` : `postgres-database-${name}`;
}

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
