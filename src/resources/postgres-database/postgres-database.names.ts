import type { z } from 'zod';
import { databaseName } from '../../clients/postgres/identifiers.ts';
import type { postgresDatabaseSpecSchema } from './postgres-database.schemas.ts';

/** The names of what a PostgresDatabase makes. */
export type Names = { readonly database: string; readonly role: string; readonly secretName: string };

/** A parsed spec. */
export type PostgresDatabaseSpec = z.output<typeof postgresDatabaseSpecSchema>;

/**
 * What a PostgresDatabase is called on the server and in the cluster. The Secret's default name is the one that the
 * original operator gave it in the version that had the field by which the server is named.
 */
export function namesOf(spec: PostgresDatabaseSpec, object: { namespace: string; name: string }): Names {
  const database = spec.database ?? databaseName(object.namespace, object.name);
  return { database, role: spec.role ?? database, secretName: spec.secretName ?? defaultSecretName(spec, object.name) };
}

function defaultSecretName(spec: PostgresDatabaseSpec, name: string): string {
  if (spec.connection === undefined && spec.secretRef !== undefined) {
    return `${name}-connection`;
  }
  const isPeak = spec.connection === undefined && (spec.cluster !== undefined || spec.environment !== undefined);
  return isPeak ? `${name}-pg-connection` : `postgres-database-${name}`;
}
