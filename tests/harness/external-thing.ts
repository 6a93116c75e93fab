import type { OutsideWorld } from '../../src/framework/testing/cluster.ts';
import type { PostgresHandle } from '../../testenv/src/postgres.ts';
import { query } from './postgres-server.ts';

/** An ExternalThing that finds its server by the Secret `server`. */
export function externalThing(name: string, value: string, key = name) {
  const spec = { server: 'server', key, value };
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'ExternalThing', metadata: { name }, spec };
}

/** The values of all rows by their keys; none while there is no table. */
export async function rowsOn({ url }: PostgresHandle): Promise<Readonly<Record<string, unknown>>> {
  const [table] = await query(url, "SELECT to_regclass('things') AS name");
  const rows = table?.['name'] ? await query(url, 'SELECT key, value FROM things ORDER BY key') : [];
  return Object.fromEntries(rows.map(({ key, value }) => [String(key), value]));
}

/** The table as the conformance kit sees it. */
export function tableOn(server: PostgresHandle): OutsideWorld {
  return {
    list: async () => await rowsOn(server),
    wipe: async () => void (await query(server.url, 'DROP TABLE IF EXISTS things')),
  };
}
