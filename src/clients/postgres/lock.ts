import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connect.ts';
import { isPostgresError } from './errors.ts';

/**
 * Queues everybody who works on the same database through the same maintenance database; the lock goes with the connection.
 * It only keeps things calm: whoever comes another way is caught by {@link retryRaces}. @throws PostgresError
 */
export async function lockName(connection: Connection, name: string): Promise<void> {
  const key = createHash('sha256').update(`hearth:${name}`).digest().readBigInt64BE();
  await connection.query('SELECT pg_catalog.pg_advisory_lock($1)', [key.toString()]);
}

/** Duplicate role, database or schema, unique violation in a catalogue, or "tuple concurrently updated". */
const raceStates: ReadonlySet<string> = new Set(['42710', '42P04', '42P06', '23505', 'XX000', '40001', '40P01']);

const attempts = 8;

/** Runs idempotent work again when it met somebody doing the same. @throws what the last attempt throws. */
export async function retryRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const race = isPostgresError(error) && raceStates.has(error.sqlState ?? '');
      if (!race || attempt === attempts) {
        throw error;
      }
      await sleep(5 * 2 ** attempt);
    }
  }
}
