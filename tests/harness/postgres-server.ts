import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type PostgresHandle, type PostgresOptions, startPostgres } from '../../testenv/src/postgres.ts';

/** Gives a test file a PostgreSQL server of its own before its tests, and ends it after them. */
export function usePostgres(options: PostgresOptions = {}): () => PostgresHandle {
  let server: PostgresHandle | undefined;
  beforeAll(async () => {
    server = await startPostgres(options);
  });
  afterAll(async () => await server?.stop());
  return () => {
    if (!server) {
      throw new Error('the server is there only inside tests');
    }
    return server;
  };
}

/** A row as tests look at it. */
export type SeenRow = Readonly<Record<string, unknown>>;

/** An open session, for a while. @throws DatabaseError of `pg` when the login is refused. */
export async function openSession(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Logs in with a URL, sends one statement and logs out. */
export async function query(url: string, text: string, values: readonly unknown[] = []): Promise<SeenRow[]> {
  const client = await openSession(url);
  try {
    const { rows } = await client.query<SeenRow>(text, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}

/** Who one is and where, after a login: what a working login answers. */
export async function whoAmI(url: string): Promise<{ user: unknown; database: unknown }> {
  const [row] = await query(url, 'SELECT current_user AS user, current_database() AS database');
  return { user: row?.['user'], database: row?.['database'] };
}

/** The code with which the server refuses a login (`28P01` is a wrong password), or `undefined` when it lets one in. */
export async function refusalOf(url: string): Promise<string | undefined> {
  try {
    await query(url, 'SELECT 1');
    return undefined;
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  }
}

/** A URL with another login, database or port. */
export function changedUrl(
  url: string,
  parts: { readonly user?: string; readonly password?: string; readonly database?: string; readonly port?: number },
): string {
  const changed = new URL(url);
  changed.username = parts.user ?? changed.username;
  changed.password = parts.password ?? changed.password;
  changed.pathname = parts.database ?? changed.pathname;
  changed.port = String(parts.port ?? changed.port);
  return changed.href;
}

/** The names of all roles and databases that do not come with a server. */
export async function everythingOn(server: PostgresHandle): Promise<{ roles: string[]; databases: string[] }> {
  const roles = await query(server.url, "SELECT rolname AS name FROM pg_roles WHERE rolname !~ '^(pg_|postgres$)'");
  const databases = await query(
    server.url,
    "SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'",
  );
  const namesIn = (rows: SeenRow[]) => rows.map(({ name }) => String(name)).sort();
  return { roles: namesIn(roles), databases: namesIn(databases) };
}
