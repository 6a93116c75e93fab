import { beforeAll, expect, test } from 'vitest';
import { type Planned, plan, planOf as planOfFile } from '../../../tests/harness/planned.ts';
import { everythingOn, usePostgres } from '../../../tests/harness/postgres-server.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const server = usePostgres();
const suite = useSuite({ name: 'plan-database' });

/** Looks whether anything was written to the server, too. */
async function untouched(planned: () => Promise<Planned>): Promise<Planned> {
  const before = await everythingOn(server());
  const result = await planned();
  expect(await everythingOn(server())).toEqual(before);
  return result;
}

const planOf = async (...manifests: readonly unknown[]) =>
  await untouched(async () => await planOfFile(suite(), ...manifests));

beforeAll(async () => {
  await suite().apply(...connectionTo(server()), postgresDatabase('db', { connection: 'db', schemas: ['app'] }));
  await readyLogin(suite(), 'db');
});

test('where everything is in place, nothing would change', async () => {
  const { code, text } = await untouched(async () => await plan(suite(), '--all'));
  expect(text).toBe('Nothing would change (2 objects)\n');
  expect(code).toBe(0);
});

test('a new object: its Secret, and what is made on the server, none of which is there afterwards', async () => {
  const spec = { connection: 'db', database: 'planned', extensions: ['citext'], schemas: ['app'] };
  const { code, text } = await planOf(postgresDatabase('new', spec));
  const { namespace } = suite();
  expect(text).toContain(`PostgresDatabase ${namespace}/new\n  create Secret ${namespace}/postgres-database-new\n`);
  expect(text).toContain('\n    + data.password: (secret)\n');
  for (const change of ['role "planned"', 'database "planned"', 'extension "citext"', 'schema "app"']) {
    expect(text).toMatch(new RegExp(`\n  PostgreSQL at \\S+: create ${change}\n`));
  }
  expect(text).toContain('? cannot be told: whether the login works');
  expect(text).toMatch(/5 changes for 1 of 1 object\n$/);
  expect(code).toBe(2);
  expect(await suite().find('secret', 'postgres-database-new')).toBeUndefined();
  expect(await suite().find('postgresdatabase', 'new')).toBeUndefined();
});

test('an object that refers to another one of the same file is planned with it', async () => {
  const { namespace } = suite();
  const [, connection] = connectionTo(server());
  const other = { ...connection, metadata: { name: 'second' } };
  const { code, text } = await planOf(other, postgresDatabase('by-second', { connection: 'second' }));
  expect(text).toContain(`PostgresDatabase ${namespace}/by-second\n`);
  expect(text).toContain('create database');
  expect(code).toBe(2);
});

test('what waits is told, and a change that the server refuses is an error', async () => {
  const waiting = await planOf(postgresDatabase('waits', { connection: 'nowhere' }));
  expect(waiting.text).toContain('! waiting: MissingConnection: PostgresConnection');
  expect(waiting.code).toBe(0);
  const refused = await planOf(postgresDatabase('db', { connection: 'db', database: 'renamed' }));
  expect(refused).toMatchObject({ code: 1, errors: expect.stringContaining('database cannot be changed') });
});
