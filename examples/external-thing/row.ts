import { type Connection, type ConnectOptions, withConnection } from '../../src/clients/postgres/connect.ts';
import { isPostgresError } from '../../src/clients/postgres/errors.ts';
import { retryRaces } from '../../src/clients/postgres/lock.ts';
import type { PostgresServer } from '../../src/clients/postgres/server.ts';

/** The client of the outside system: it knows rows and their owners, and no Kubernetes. */

/** A row, and who made it: nobody else's is touched. */
export type Row = { readonly key: string; readonly value: string; readonly owner: string };

/** What was done about a row. */
export type RowChange = 'inserted' | 'updated' | 'unchanged';

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS things (
  key text PRIMARY KEY, value text NOT NULL, owner text NOT NULL)`;

/** In one statement, so that whoever is cut off leaves either all of it or nothing. */
const UPSERT = `INSERT INTO things (key, value, owner) VALUES ($1, $2, $3)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value
  WHERE things.owner = excluded.owner AND things.value <> excluded.value
  RETURNING (xmax = 0) AS inserted`;

const UNDEFINED_TABLE = '42P01';

/** Makes the row be as it is to be. @returns what that took, or the owner who has a row of this key already. */
export async function ensureRow(
  server: PostgresServer,
  { key, value, owner }: Row,
  options: ConnectOptions,
): Promise<RowChange | { readonly takenBy: string }> {
  const work = async (connection: Connection) => {
    await retryRaces(() => connection.query(CREATE_TABLE));
    const [written] = await connection.query<{ inserted: boolean }>(UPSERT, [key, value, owner]);
    if (written) {
      return written.inserted ? ('inserted' as const) : ('updated' as const);
    }
    const [found] = await connection.query<{ owner: string }>('SELECT owner FROM things WHERE key = $1', [key]);
    return found && found.owner !== owner ? { takenBy: found.owner } : ('unchanged' as const);
  };
  return await withConnection(server, work, options);
}

/** Removes the row if it is the owner's. What is gone already, table included, is fine. */
export async function removeRow(
  server: PostgresServer,
  { key, owner }: Omit<Row, 'value'>,
  options: ConnectOptions,
): Promise<void> {
  const work = async (connection: Connection) => {
    try {
      await connection.query('DELETE FROM things WHERE key = $1 AND owner = $2', [key, owner]);
    } catch (error) {
      if (!isPostgresError(error) || error.sqlState !== UNDEFINED_TABLE) {
        throw error;
      }
    }
  };
  await withConnection(server, work, options);
}
