import type { Change } from './change.ts';
import type { Connection } from './connect.ts';
import { PostgresError } from './errors.ts';
import { quoteIdentifier } from './identifiers.ts';

/** What shall exist inside a database. Both lists may be empty; nothing that is not listed is ever removed. */
export type ContentsRequest = {
  readonly role: string;
  readonly extensions: readonly string[];
  readonly schemas: readonly string[];
};

type ExtensionRow = { readonly name: string; readonly installed: boolean };
type SchemaRow = { readonly name: string; readonly owner: string };

async function ensureExtensions(connection: Connection, extensions: readonly string[]): Promise<readonly Change[]> {
  if (extensions.length === 0) {
    return [];
  }
  const rows = await connection.query<ExtensionRow>(
    `SELECT name, installed_version IS NOT NULL AS installed
       FROM pg_catalog.pg_available_extensions WHERE name = ANY ($1)`,
    [extensions],
  );
  const known = new Map(rows.map(({ name, installed }) => [name, installed]));
  const unavailable = extensions.find((name) => !known.has(name));
  if (unavailable !== undefined) {
    throw new PostgresError('ExtensionUnavailable', `The server does not have the extension "${unavailable}"`);
  }
  const missing = extensions.filter((name) => known.get(name) === false);
  for (const name of missing) {
    // With what it stands on, for example earthdistance on cube.
    await connection.query(`CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(name)} CASCADE`);
  }
  return missing.map((name) => ({ change: 'CreatedExtension', name }));
}

async function ensureSchemas(connection: Connection, request: ContentsRequest): Promise<readonly Change[]> {
  // Every database has "public"; since PostgreSQL 15 its owner is whoever owns the database.
  const schemas = request.schemas.filter((name) => name !== 'public');
  if (schemas.length === 0) {
    return [];
  }
  const rows = await connection.query<SchemaRow>(
    `SELECT nspname AS name, pg_catalog.pg_get_userbyid(nspowner) AS owner
       FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)`,
    [schemas],
  );
  const owners = new Map(rows.map(({ name, owner }) => [name, owner]));
  const role = quoteIdentifier(request.role);
  const changes: Change[] = [];
  for (const name of schemas.filter((schema) => owners.get(schema) !== request.role)) {
    const schema = quoteIdentifier(name);
    const exists = owners.has(name);
    await connection.query(
      exists
        ? `ALTER SCHEMA ${schema} OWNER TO ${role}`
        : `CREATE SCHEMA IF NOT EXISTS ${schema} AUTHORIZATION ${role}`,
    );
    changes.push({ change: exists ? 'ChangedOwner' : 'CreatedSchema', name });
  }
  return changes;
}

/**
 * Makes sure that extensions and schemas exist, on a connection of the administrator to the database itself. Schemas belong to
 * the role, extensions to the administrator.
 *
 * @throws PostgresError `ExtensionUnavailable` naming the extension, and what the server refuses.
 */
export async function ensureContents(connection: Connection, request: ContentsRequest): Promise<readonly Change[]> {
  return [
    ...(await ensureExtensions(connection, [...new Set(request.extensions)])),
    ...(await ensureSchemas(connection, { ...request, schemas: [...new Set(request.schemas)] })),
  ];
}

/** What {@link ensureContents} would make in a database that does not exist yet; whether the server has the extensions is not asked. */
export function newContents({ extensions, schemas }: ContentsRequest): readonly Change[] {
  return [
    ...[...new Set(extensions)].map((name) => ({ change: 'CreatedExtension', name }) as const),
    ...[...new Set(schemas)]
      .filter((name) => name !== 'public')
      .map((name) => ({ change: 'CreatedSchema', name }) as const),
  ];
}
