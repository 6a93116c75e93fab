import { expect, test } from 'vitest';
import { eventually } from '../../testenv/src/wait.ts';
import { query, usePostgres, whoAmI } from '../harness/postgres-server.ts';
import { conditionOf, type SeenObject, type Suite, useSuite } from '../harness/suite.ts';

const COUNT = 50;
const KILLS = 10;

const suite = useSuite({ name: 'crash', withoutOperator: true });
const postgres = usePostgres();

/** Objects of a kind in the suite's namespace. */
async function list(current: Suite, kind: string): Promise<SeenObject[]> {
  const { stdout } = await current.kubectl('get', kind, '-n', current.namespace, '-o', 'json');
  return (JSON.parse(stdout) as { items: SeenObject[] }).items;
}

function passwordOf({ data }: SeenObject): string | undefined {
  const encoded = data?.['password'];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString();
}

/** Looks at every Secret and remembers its password; fails when one has changed since it was seen first. */
async function watchPasswords(current: Suite, seen: Map<string, string>): Promise<void> {
  for (const secret of await list(current, 'secrets')) {
    const password = passwordOf(secret);
    const { name } = secret.metadata;
    if (password !== undefined) {
      expect(seen.get(name) ?? password, `the password of ${name}`).toBe(password);
      seen.set(name, password);
    }
  }
}

test(`an operator killed ${KILLS} times while it makes ${COUNT} databases ends with ${COUNT} working logins and no orphan`, async () => {
  const current = suite();
  const server = postgres();
  const names = Array.from({ length: COUNT }, (_, index) => `db-${index}`);
  const stringData = { host: server.host, port: String(server.port), user: server.user, password: server.password };
  const databases = names.map((name) => ({
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'PostgresDatabase',
    metadata: { name },
    spec: { secretRef: 'admin' },
  }));
  await current.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'admin' }, stringData }, ...databases);

  const seen = new Map<string, string>();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = seen.size;
    // One object at a time makes the work long enough to be cut everywhere.
    const operator = await current.startOperator({ env: { HEARTH_CONCURRENCY: '2' } });
    const wanted = Math.min(COUNT + 1, before + 1 + Math.floor(Math.random() * 5));
    await eventually(`${wanted} Secrets were seen`, async () => {
      await watchPasswords(current, seen);
      return seen.size >= wanted;
    });
    await operator.kill();
  }

  await current.startOperator();
  await eventually('every database is Ready', () => list(current, 'postgresdatabases'), {
    timeoutMs: 60_000,
    until: (objects) => objects.every((object) => conditionOf(object, 'Ready')?.status === 'True'),
  });
  await watchPasswords(current, seen);

  const logins = await Promise.all(
    names.map(async (name) => await whoAmI((await current.secret(`${name}-connection`))['url'] ?? '')),
  );
  expect(new Set(logins.map(({ database }) => database)).size).toBe(COUNT);
  const prefix = `${current.namespace.replaceAll('-', '_')}_%`;
  const [roles] = await query(server.url, 'SELECT count(*)::int AS found FROM pg_roles WHERE rolname LIKE $1', [
    prefix,
  ]);
  const [made] = await query(server.url, 'SELECT count(*)::int AS found FROM pg_database WHERE datname LIKE $1', [
    prefix,
  ]);
  expect({ roles: roles?.['found'], databases: made?.['found'] }).toEqual({ roles: COUNT, databases: COUNT });
  const [strangers] = await query(
    server.url,
    "SELECT count(*)::int AS found FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%' AND rolname <> 'postgres' AND rolname NOT LIKE $1",
    [prefix],
  );
  expect(strangers?.['found']).toBe(0);
});
