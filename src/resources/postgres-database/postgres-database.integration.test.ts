import { describe, expect, test } from 'vitest';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import { changedUrl, query, refusalOf, usePostgres, whoAmI } from '../../../tests/harness/postgres-server.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { eventWith, valueIn } from '../../../tests/harness/suite-acts.ts';
import { connectionTo, postgresConnection } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const server = usePostgres();
const suite = useSuite({ name: 'database' });

const database = (name: string) => ({ kind: 'postgresdatabase', name });

/** The name that both database and role have by default. */
const defaultName = (name: string) => `${suite().namespace}_${name}`.replaceAll('-', '_');

describe('the login', () => {
  test('through a connection, the Secret has every spelling of every key, and they all log in', async () => {
    await suite().apply(...connectionTo(server()), postgresDatabase('app', { connection: 'db' }));
    const values = await readyLogin(suite(), 'app');
    const name = defaultName('app');
    expect(values).toEqual({
      host: '127.0.0.1',
      port: String(server().port),
      user: name,
      username: name,
      password: expect.stringMatching(/^[0-9a-f]{64}$/),
      database: name,
      name,
      sslmode: 'prefer',
      url: expect.stringContaining('postgresql://'),
    });
    const { host, port, user, username, password = '', database: dbname, name: alias, url = '' } = values;
    expect(await whoAmI(url)).toEqual({ user: name, database: name });
    expect(await whoAmI(`postgresql://${user}:${password}@${host}:${port}/${dbname}`)).toMatchObject({ user: name });
    expect(await whoAmI(`postgresql://${username}:${password}@${host}:${port}/${alias}`)).toMatchObject({ user: name });
    expect(await refusalOf(changedUrl(url, { password: 'not-it' }))).toBe('28P01');
  });

  test('the application can make, fill and read its tables', async () => {
    const { url = '' } = await readyLogin(suite(), 'app');
    await query(url, 'CREATE TABLE notes (text text)');
    await query(url, "INSERT INTO notes VALUES ('hello')");
    expect(await query(url, 'SELECT text FROM notes')).toEqual([{ text: 'hello' }]);
  });

  test('through a Secret directly, the Secret with the login is called as in that era', async () => {
    await suite().apply(postgresDatabase('direct', { secretRef: 'db-login' }));
    const { url = '' } = await readyLogin(suite(), 'direct');
    expect(await whoAmI(url)).toEqual({ user: defaultName('direct'), database: defaultName('direct') });
    expect(await suite().find('secret', 'direct-connection')).toBeDefined();
    expect(await suite().find('secret', 'postgres-database-direct')).toBeUndefined();
  });

  test('through a connection, the Secret is called postgres-database-<name>, and spec.secretName wins', async () => {
    expect(await suite().find('secret', 'postgres-database-app')).toBeDefined();
    await suite().apply(postgresDatabase('renamed', { connection: 'db', secretName: 'my.own-login' }));
    await readyLogin(suite(), 'renamed');
    const { url = '' } = await suite().secret('my.own-login');
    expect(await whoAmI(url)).toMatchObject({ user: defaultName('renamed') });
    expect(await suite().find('secret', 'postgres-database-renamed')).toBeUndefined();
  });

  test('names of database and role can be chosen, however unusual they are', async () => {
    const role = "Ro\"le of 'mine'; -- %20";
    await suite().apply(postgresDatabase('chosen', { connection: 'db', database: 'Bücher "x" --', role }));
    const { url = '' } = await readyLogin(suite(), 'chosen');
    expect(await whoAmI(url)).toEqual({ user: role, database: 'Bücher "x" --' });
  });

  test('an object that moves from a connection to a Secret keeps its own Secret and password', async () => {
    await suite().apply(postgresDatabase('moves', { connection: 'db' }));
    const before = await readyLogin(suite(), 'moves');
    await suite().apply(postgresDatabase('moves', { secretRef: 'db-login' }));
    expect(await readyLogin(suite(), 'moves')).toEqual(before);
    expect(await suite().find('secret', 'moves-connection')).toBeUndefined();
  });

  test('default names are those of the object with everything but letters and digits replaced, and shortened', async () => {
    const long = `l${'0123456789.'.repeat(8)}end`;
    await suite().apply(
      postgresDatabase('dotted.name-1', { connection: 'db' }),
      postgresDatabase(long, { connection: 'db', secretName: 'long' }),
    );
    const dotted = await readyLogin(suite(), 'dotted.name-1');
    expect(dotted['database']).toBe(`${suite().namespace.replaceAll('-', '_')}_dotted_name_1`);
    const { database: shortened = '', url = '' } = await readyLogin(suite(), long);
    expect(shortened).toMatch(/^database_[0-9a-z_]+_[0-9a-f]{8}$/);
    expect(shortened).toHaveLength(63);
    expect(await whoAmI(url)).toMatchObject({ database: shortened });
  });

  test('an administrator who is no superuser is enough', async () => {
    await query(server().url, "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managers-own'");
    await suite().apply(
      secret('manager', { ...loginOf(server()), user: 'manager', password: 'managers-own' }),
      postgresDatabase('managed', { secretRef: 'manager', schemas: ['app'] }),
    );
    const { url = '' } = await readyLogin(suite(), 'managed');
    expect(await whoAmI(url)).toMatchObject({ user: defaultName('managed') });
  });

  test('sslmode and certificate authority of the server reach the application', async () => {
    await suite().apply(
      secret('plain', { ...loginOf(server()), sslmode: 'disable', 'ca.crt': 'some PEM text' }),
      postgresDatabase('plain', { secretRef: 'plain' }),
    );
    const values = await readyLogin(suite(), 'plain');
    expect(values).toMatchObject({ sslmode: 'disable', 'ca.crt': 'some PEM text' });
    expect(valueIn(values, 'url')).toMatch(/\?sslmode=disable$/);
    expect(await refusalOf(valueIn(values, 'url'))).toBeUndefined();
  });
});

describe('what it tells', () => {
  test('the conditions Secret, Database and Ready hold for the generation that is there', async () => {
    await suite().apply(postgresDatabase('app', { connection: 'db', schemas: ['added'] }));
    await suite().condition(database('app'), 'Ready', 'True');
    const object = await suite().get('postgresdatabase', 'app');
    const { generation } = object.metadata;
    expect(generation).toBeGreaterThan(1);
    for (const type of ['Ready', 'Secret', 'Database']) {
      expect(conditionOf(object, type)).toMatchObject({ status: 'True', observedGeneration: generation });
    }
    expect(object.status?.conditions).toHaveLength(3);
    expect(object.status).toMatchObject({
      observedGeneration: generation,
      database: defaultName('app'),
      role: defaultName('app'),
      secretName: 'postgres-database-app',
      host: `127.0.0.1:${server().port}`,
    });
  });

  test('kubectl get shows database, Secret and Ready, and the host when asked for more', async () => {
    const { stdout } = await suite().kubectl('get', 'pgdb', 'app', '-n', suite().namespace, '-o', 'wide');
    const [header = '', line = ''] = stdout.split('\n');
    const columns = ['NAME', 'DATABASE', 'SECRET', 'HOST', 'READY', 'REASON', 'AGE', 'MESSAGE'];
    expect(header.trim().split(/\s+/)).toEqual(columns);
    const cells = ['app', defaultName('app'), 'postgres-database-app', `127.0.0.1:${server().port}`, 'True'];
    expect(line.split(/\s+/).slice(0, cells.length)).toEqual(cells);
  });

  test('kubectl describe shows that role and database were made', async () => {
    for (const reason of ['CreatedRole', 'CreatedDatabase', 'CreatedSchema']) {
      await eventWith(suite(), { kind: 'PostgresDatabase', name: 'app' }, { type: 'Normal', reason });
    }
    const { stdout } = await suite().kubectl('describe', 'postgresdatabase', 'app', '-n', suite().namespace);
    expect(stdout).toContain(`Created role "${defaultName('app')}"`);
    expect(stdout).toContain(`Created database "${defaultName('app')}"`);
  });

  test('a connection that comes later is waited for by name', async () => {
    await suite().apply(postgresDatabase('waits', { connection: 'later' }));
    const { message } = await suite().reason(database('waits'), 'MissingConnection');
    expect(message).toBe(`PostgresConnection ${suite().namespace}/later does not exist`);
    await suite().apply(postgresConnection('later', { secret: 'later-login' }));
    const missing = await suite().reason(database('waits'), 'MissingConnectionSecret');
    expect(missing.message).toContain(`Secret ${suite().namespace}/later-login`);
    await suite().apply(secret('later-login', loginOf(server())));
    await readyLogin(suite(), 'waits');
  });
});

describe('least privilege', () => {
  test('the role is an ordinary login that owns its database', async () => {
    const name = defaultName('app');
    const [role] = await query(
      server().url,
      `SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin
         FROM pg_roles WHERE rolname = $1`,
      [name],
    );
    expect(role).toEqual({
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
      rolbypassrls: false,
      rolcanlogin: true,
    });
    const owners = 'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1';
    expect(await query(server().url, owners, [name])).toEqual([{ owner: name }]);
    const memberships = 'SELECT 1 FROM pg_auth_members WHERE member = $1::regrole';
    expect(await query(server().url, memberships, [name])).toEqual([]);
  });

  test('the role of one database cannot enter another', async () => {
    const { url = '' } = await readyLogin(suite(), 'direct');
    expect(await refusalOf(changedUrl(url, { database: defaultName('app') }))).toBe('42501');
  });

  test('attributes that somebody gave to the role, and access that somebody gave to all, are taken back', async () => {
    const name = defaultName('app');
    await query(server().url, `ALTER ROLE "${name}" CREATEDB CREATEROLE`);
    await query(server().url, `GRANT CONNECT ON DATABASE "${name}" TO PUBLIC`);
    await suite().apply(postgresDatabase('app', { connection: 'db', schemas: ['added', 'again'] }));
    await readyLogin(suite(), 'app');
    const facts = 'SELECT rolcreatedb OR rolcreaterole AS powerful FROM pg_roles WHERE rolname = $1';
    expect(await query(server().url, facts, [name])).toEqual([{ powerful: false }]);
    const { url = '' } = await readyLogin(suite(), 'direct');
    expect(await refusalOf(changedUrl(url, { database: name }))).toBe('42501');
  });
});

describe('contents', () => {
  test('extensions exist, schemas belong to the role, and what is left out later stays', async () => {
    await suite().apply(
      postgresDatabase('filled', { connection: 'db', extensions: ['citext', 'earthdistance'], schemas: ['a', 'B c'] }),
    );
    const { url = '' } = await readyLogin(suite(), 'filled');
    const extensions = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1";
    const names = async () => (await query(url, extensions)).map(({ extname }) => extname);
    expect(await names()).toEqual(['citext', 'cube', 'earthdistance']);
    const schemas = "SELECT nspname, nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname IN ('a', 'B c')";
    const owner = defaultName('filled');
    expect(await query(url, schemas)).toEqual(
      expect.arrayContaining([
        { nspname: 'a', owner },
        { nspname: 'B c', owner },
      ]),
    );
    await query(url, 'CREATE TABLE "B c".t (name citext)');
    await suite().apply(postgresDatabase('filled', { connection: 'db', extensions: ['hstore'] }));
    await readyLogin(suite(), 'filled');
    expect(await names()).toEqual(['citext', 'cube', 'earthdistance', 'hstore']);
    expect(await query(url, schemas)).toHaveLength(2);
  });

  test('an extension that the server does not have is named, and the login works all the same', async () => {
    await suite().apply(postgresDatabase('wishful', { connection: 'db', extensions: ['citext', 'no_such_thing'] }));
    const { message } = await suite().reason(database('wishful'), 'ExtensionUnavailable');
    await suite().condition(database('wishful'), 'Stalled', 'True');
    expect(message).toBe('The server does not have the extension "no_such_thing"');
    await suite().condition(database('wishful'), 'Database', 'False');
    const { url = '' } = await suite().secret('postgres-database-wishful');
    expect(await whoAmI(url)).toMatchObject({ user: defaultName('wishful') });
    await suite().apply(postgresDatabase('wishful', { connection: 'db', extensions: ['citext'] }));
    await readyLogin(suite(), 'wishful');
  });
});
