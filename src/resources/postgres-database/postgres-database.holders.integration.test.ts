import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { changedUrl, query, refusalOf, usePostgres, whoAmI } from '../../../tests/harness/postgres-server.ts';
import { type Suite, useSuite } from '../../../tests/harness/suite.ts';
import { eventWith, remove, suiteIn } from '../../../tests/harness/suite-acts.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

/** `<tag>-b`/`c` and `<tag>`/`b-c` both come out as `<tag>_b_c`. */
const tag = `holders-${randomBytes(4).toString('hex')}`;
const shared = `${tag}-b-c`.replaceAll('-', '_');

const server = usePostgres();
const suite = useSuite({
  name: 'holders',
  namespaces: [tag, `${tag}-b`],
  operator: { env: { HEARTH_RECHECK_SECONDS: '1' } },
});
let long: Suite;
let short: Suite;

beforeAll(async () => {
  long = await suiteIn(suite(), `${tag}-b`);
  short = await suiteIn(suite(), tag);
  for (const each of [suite(), long, short]) {
    await each.apply(...connectionTo(server()));
  }
});

const database = (name: string) => ({ kind: 'postgresdatabase', name });

/** Who holds a role and a database, as the server's comments say. */
async function holdersOf(role: string, name: string): Promise<(string | undefined)[]> {
  const text = `SELECT shobj_description(oid, 'pg_authid') AS comment FROM pg_roles WHERE rolname = $1
                UNION ALL SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $2`;
  const rows = await query(server().url, text, [role, name]);
  return rows.map(({ comment }) => {
    const { namespace, name: holder } = JSON.parse(String(comment)) as { namespace: string; name: string };
    return `${namespace}/${holder}`;
  });
}

describe('two objects whose names come out the same', () => {
  test('the first one holds the database, the second one is told who does, and nothing of it changes', async () => {
    await long.apply(postgresDatabase('c', { connection: 'db' }));
    const first = await readyLogin(long, 'c');
    expect(first['database']).toBe(shared);
    await short.apply(postgresDatabase('b-c', { connection: 'db' }));
    const { message } = await short.reason(database('b-c'), 'Conflict');
    expect(message).toBe(`role "${shared}" is held by PostgresDatabase ${tag}-b/c`);
    await short.condition(database('b-c'), 'Database', 'False');
    await eventWith(short, { kind: 'PostgresDatabase', name: 'b-c' }, { type: 'Warning', reason: 'Conflict', message });
    expect(await readyLogin(long, 'c')).toEqual(first);
    expect(await whoAmI(first['url'] ?? '')).toEqual({ user: shared, database: shared });
    expect(await holdersOf(shared, shared)).toEqual([`${tag}-b/c`, `${tag}-b/c`]);
  });

  test('adopting does not help the second one, as long as the first one lives', async () => {
    await short.apply(postgresDatabase('b-c', { connection: 'db', adopt: true }));
    await short.condition(database('b-c'), 'Ready', 'False');
    await short.reason(database('b-c'), 'Conflict');
    expect(await holdersOf(shared, shared)).toEqual([`${tag}-b/c`, `${tag}-b/c`]);
  });

  test('the second one deleted with deletionPolicy Delete leaves everything of the first one alone', async () => {
    const first = await readyLogin(long, 'c');
    await short.apply(postgresDatabase('b-c', { connection: 'db', deletionPolicy: 'Delete' }));
    await short.condition(database('b-c'), 'Ready', 'False');
    await remove(short, 'postgresdatabase', 'b-c');
    expect(await whoAmI(first['url'] ?? '')).toEqual({ user: shared, database: shared });
    const { message } = await eventWith(
      short,
      { kind: 'PostgresDatabase', name: 'b-c' },
      { type: 'Warning', reason: 'LeftAlone' },
    );
    expect(message).toContain(`is held by PostgresDatabase ${tag}-b/c`);
  });

  test('what the first one kept when it went is named, and taken by the second one only when it adopts', async () => {
    const first = await readyLogin(long, 'c');
    await query(first['url'] ?? '', 'CREATE TABLE treasure (n int)');
    await remove(long, 'postgresdatabase', 'c');
    await short.apply(postgresDatabase('b-c', { connection: 'db' }));
    const { message } = await short.reason(database('b-c'), 'Conflict');
    expect(message).toBe(`role "${shared}" was kept by PostgresDatabase ${tag}-b/c`);
    expect(await refusalOf(first['url'] ?? '')).toBeUndefined();
    await short.apply(postgresDatabase('b-c', { connection: 'db', adopt: true }));
    const second = await readyLogin(short, 'b-c');
    expect(await query(second['url'] ?? '', 'SELECT count(*)::int AS n FROM treasure')).toEqual([{ n: 0 }]);
    expect(await holdersOf(shared, shared)).toEqual([`${tag}/b-c`, `${tag}/b-c`]);
  });
});

describe('two objects that name the same by their specs', () => {
  test('the same database', async () => {
    await suite().apply(postgresDatabase('first', { connection: 'db', database: 'the-same' }));
    const first = await readyLogin(suite(), 'first');
    await suite().apply(postgresDatabase('second', { connection: 'db', database: 'the-same', role: 'another' }));
    const { message } = await suite().reason(database('second'), 'Conflict');
    expect(message).toBe(`database "the-same" is held by PostgresDatabase ${suite().namespace}/first`);
    expect(await query(server().url, "SELECT 1 FROM pg_roles WHERE rolname = 'another'")).toEqual([]);
    expect(await readyLogin(suite(), 'first')).toEqual(first);
    expect(await refusalOf(first['url'] ?? '')).toBeUndefined();
  });

  test('the same role', async () => {
    await suite().apply(postgresDatabase('third', { connection: 'db', database: 'other', role: 'the-same' }));
    const { message } = await suite().reason(database('third'), 'Conflict');
    expect(message).toBe(`role "the-same" is held by PostgresDatabase ${suite().namespace}/first`);
    expect(await query(server().url, "SELECT 1 FROM pg_database WHERE datname = 'other'")).toEqual([]);
  });

  test('the same Secret', async () => {
    const first = await readyLogin(suite(), 'first');
    await suite().apply(postgresDatabase('thief', { connection: 'db', secretName: 'postgres-database-first' }));
    const { message } = await suite().condition(database('thief'), 'Secret', 'False');
    expect(message).toContain(`is kept for PostgresDatabase/${suite().namespace}/first`);
    await suite().condition(database('thief'), 'Stalled', 'True');
    expect(await readyLogin(suite(), 'first')).toEqual(first);
    const thief = `${suite().namespace}_thief`.replaceAll('-', '_');
    expect(await query(server().url, 'SELECT 1 FROM pg_roles WHERE rolname = $1', [thief])).toEqual([]);
  });
});

describe('what Hearth did not make', () => {
  test('a database is refused without adopt and taken with it, with its data', async () => {
    await query(server().url, 'CREATE DATABASE foreign_database');
    const inside = changedUrl(server().url, { database: 'foreign_database' });
    await query(inside, 'CREATE TABLE old (n int)');
    const spec = { connection: 'db', database: 'foreign_database', role: 'newcomer' };
    await suite().apply(postgresDatabase('adopter', spec));
    const { message } = await suite().reason(database('adopter'), 'Conflict');
    expect(message).toBe('database "foreign_database" exists and was not made by Hearth');
    expect(await query(server().url, "SELECT 1 FROM pg_roles WHERE rolname = 'newcomer'")).toEqual([]);
    await suite().apply(postgresDatabase('adopter', { ...spec, adopt: true }));
    const { url = '' } = await readyLogin(suite(), 'adopter');
    expect(await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).toEqual([
      { tablename: 'old' },
    ]);
    const about = { kind: 'PostgresDatabase', name: 'adopter' };
    await eventWith(suite(), about, { reason: 'AdoptedDatabase' });
  });

  test('a role keeps its password without adopt, and gets the one of the Secret with it', async () => {
    await query(server().url, "CREATE ROLE foreign_role LOGIN PASSWORD 'foreign'");
    const url = changedUrl(server().url, { user: 'foreign_role', password: 'foreign' });
    const spec = { connection: 'db', database: 'of_foreign_role', role: 'foreign_role' };
    await suite().apply(postgresDatabase('role-adopter', spec));
    const { message } = await suite().reason(database('role-adopter'), 'Conflict');
    expect(message).toBe('role "foreign_role" exists and was not made by Hearth');
    expect(await refusalOf(url)).toBeUndefined();
    await suite().apply(postgresDatabase('role-adopter', { ...spec, adopt: true }));
    const adopted = await readyLogin(suite(), 'role-adopter');
    expect(await whoAmI(adopted['url'] ?? '')).toEqual({ user: 'foreign_role', database: 'of_foreign_role' });
    expect(await refusalOf(url)).toBe('28P01');
  });

  test.each(['postgres', 'other_superuser'])('the superuser %s is never taken', async (role) => {
    await query(server().url, "SELECT 1 FROM pg_roles WHERE rolname = 'other_superuser'").then(async (found) => {
      if (found.length === 0) {
        await query(server().url, 'CREATE ROLE other_superuser SUPERUSER');
      }
    });
    const name = role.replace('_', '-');
    await suite().apply(postgresDatabase(name, { connection: 'db', database: `of_${role}`, role, adopt: true }));
    const { message } = await suite().reason(database(name), 'UnsafeRole');
    await suite().condition(database(name), 'Stalled', 'True');
    expect(message).toContain(`role "${role}" is a superuser`);
    expect(await refusalOf(server().url)).toBeUndefined();
  });

  test('a Secret is left as it is without adopt', async () => {
    const theirs = { a: 'theirs', password: 'theirs-too' };
    await suite().apply(
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'postgres-database-occupied' }, stringData: theirs },
      postgresDatabase('occupied', { connection: 'db' }),
    );
    const { message } = await suite().reason(database('occupied'), 'OwnedByAnother');
    expect(message).toContain(
      `Secret ${suite().namespace}/postgres-database-occupied exists and was not made by Hearth`,
    );
    expect(await suite().secret('postgres-database-occupied')).toEqual(theirs);
    await suite().apply(postgresDatabase('occupied', { connection: 'db', adopt: true }));
    const { password, url = '', a } = await readyLogin(suite(), 'occupied');
    expect({ a, password }).toEqual(theirs);
    expect(await refusalOf(url)).toBeUndefined();
  });
});
