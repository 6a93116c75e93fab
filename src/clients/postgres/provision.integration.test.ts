import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PostgresHandle, startPostgres } from '../../../testenv/src/postgres.ts';
import { describePlannedChange } from './change.ts';
import { type Connect, type Connection, checkLogin, type Row, withConnection } from './connect.ts';
import { quoteIdentifier } from './identifiers.ts';
import type { Claimant } from './ownership.ts';
import { type ProvisionRequest, provisionDatabase } from './provision.ts';
import type { PostgresServer } from './server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let handle: PostgresHandle;
let superuser: PostgresServer;

beforeAll(async () => {
  handle = await startPostgres({ settings: { log_statement: 'all', max_connections: '60' } });
  const { host, port, user, password, database } = handle;
  superuser = { host, port, user, password, database, ssl: { mode: 'disable' } };
  await rows("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'manager'");
});
afterAll(() => handle.stop());

const rows = (text: string, server: PostgresServer = superuser): Promise<readonly Row[]> =>
  withConnection(server, (connection) => connection.query(text));

/** Statements that change something, in the server's own log since `from`; what the server logs is all there was. */
async function writesSince(from: number): Promise<string[]> {
  const log = (await readFile(handle.logFile, 'utf8')).slice(from);
  return [...log.matchAll(/(?:statement|execute \S+): (.*)/g)]
    .map((match) => match[1] ?? '')
    .filter((statement) => !/^(?:SELECT|SET)\b/.test(statement));
}
const logLength = async () => (await readFile(handle.logFile, 'utf8')).length;

const claimant: Claimant = { cluster: 'c1', namespace: 'dev', name: 'app', uid: 'u1' };
const other: Claimant = { ...claimant, name: 'other', uid: 'u2' };

/** Connections that fail at the statement for which `isNow` answers yes. */
function cutting(when: 'before' | 'after', isNow: () => boolean): Connect {
  const query = async (connection: Connection, text: string, values?: readonly unknown[]) => {
    const now = isNow();
    if (now && when === 'before') {
      throw new Error('cut off');
    }
    const result = await connection.query(text, values);
    if (now) {
      throw new Error('cut off');
    }
    return result as never;
  };
  return (server, use, options) =>
    withConnection(server, (connection) => use({ query: (text, values) => query(connection, text, values) }), options);
}

let number = 0;
let request: ProvisionRequest;
beforeEach(() => {
  number += 1;
  request = { database: `db_${number}`, role: `role_${number}`, password: `pw-${number}-secret`, claimant };
});

const loginOf = ({ role, database, password }: ProvisionRequest): PostgresServer => ({
  ...superuser,
  user: role,
  database,
  password,
});
const names = (changes: readonly { change: string }[]) => changes.map(({ change }) => change);

describe.each(['superuser', 'manager'] as const)('administered by %s', (kind) => {
  const admin = () => (kind === 'superuser' ? superuser : { ...superuser, user: 'manager', password: 'manager' });
  const provision = (wanted: ProvisionRequest) => provisionDatabase(admin(), wanted);

  test('makes role and database, which the role can use, and writes nothing the second time', async () => {
    const wanted = { ...request, extensions: ['citext', 'pg_trgm'], schemas: ['app', 'public'] };
    expect(await provision(wanted)).toEqual([
      { change: 'CreatedRole', name: request.role },
      { change: 'CreatedDatabase', name: request.database },
      { change: 'CreatedExtension', name: 'citext' },
      { change: 'CreatedExtension', name: 'pg_trgm' },
      { change: 'CreatedSchema', name: 'app' },
    ]);
    await rows('CREATE TABLE public.t (n citext); CREATE TABLE app.t (n int)', loginOf(request));
    const facts = await checkLogin(loginOf(request));
    expect(facts).toMatchObject({ isSuperuser: false, canCreateRole: false, canCreateDb: false });

    const before = await logLength();
    expect(await provision(wanted)).toEqual([]);
    expect(await writesSince(before)).toEqual([]);
  });

  test('a dry run tells what would be done, and sends nothing that does it', async () => {
    const wanted = { ...request, extensions: ['citext', 'citext'], schemas: ['app', 'public'] };
    const before = await logLength();
    const planned = await provisionDatabase(admin(), wanted, { dryRun: true });
    expect(await writesSince(before)).toEqual([]);
    expect(planned.map(describePlannedChange)).toEqual([
      `create role "${request.role}"`,
      `create database "${request.database}"`,
      'create extension "citext"',
      'create schema "app"',
    ]);
    expect(planned).toEqual(await provision(wanted));
    const length = await logLength();
    const changed = { ...wanted, password: 'another-secret', schemas: ['app', 'more'] };
    expect((await provisionDatabase(admin(), changed, { dryRun: true })).map(describePlannedChange)).toEqual([
      `set the password of role "${request.role}"`,
      'create schema "more"',
    ]);
    expect(await writesSince(length)).toEqual([]);
  });

  test('keeps other roles out of the database', async () => {
    await provision(request);
    const guest = { ...request, role: `${request.role}_b`, database: `${request.database}_b`, claimant: other };
    await provision(guest);
    const intruder = { ...loginOf(guest), database: request.database };
    await expect(checkLogin(intruder)).rejects.toMatchObject({ reason: 'PermissionDenied' });
  });

  test.each([
    ['a quote"in it', 'a\'single "quote'],
    ['Upper Case', 'Upper-Role'],
    ['größe_数据', 'роль'],
    ['x; DROP ROLE manager; --', '-dash.dot/slash'],
    ['ü'.repeat(31), 'y'.repeat(62)],
  ])('takes the names %s and %s as they are', async (database, role) => {
    const wanted = {
      ...request,
      database: `${database.slice(0, 60)}${kind[0]}`,
      role: `${kind[0]}${role.slice(0, 62)}`,
    };
    await provision({ ...wanted, schemas: ['Sche"ma'] });
    await checkLogin(loginOf(wanted));
    expect(await provision({ ...wanted, schemas: ['Sche"ma'] })).toEqual([]);
  });

  test.each([
    [{ database: 'x'.repeat(64) }, 'InvalidName'],
    [{ role: 'ü'.repeat(32) }, 'InvalidName'],
    [{ role: '' }, 'InvalidName'],
    [{ database: 'a\0b' }, 'InvalidName'],
    [{ schemas: ['x'.repeat(64)] }, 'InvalidName'],
    [{ password: 'pässword' }, 'InvalidPassword'],
  ])('refuses %j and changes nothing', async (change, reason) => {
    const before = await logLength();
    await expect(provision({ ...request, ...change })).rejects.toMatchObject({ reason });
    expect(await writesSince(before)).toEqual([]);
  });

  test('a changed password is set, an unchanged one is not', async () => {
    await provision(request);
    const changed = { ...request, password: 'another-secret' };
    expect(await provision(changed)).toEqual([{ change: 'SetPassword', name: request.role }]);
    await checkLogin(loginOf(changed));
    await expect(checkLogin(loginOf(request))).rejects.toMatchObject({ reason: 'AuthenticationFailed' });
    expect(await provision(changed)).toEqual([]);
  });

  test('repairs what was changed by hand', async () => {
    await provision(request);
    const [role, database] = [request.role, request.database];
    await rows(`ALTER ROLE ${role} NOLOGIN; GRANT CONNECT ON DATABASE ${database} TO PUBLIC`);
    await rows(`COMMENT ON DATABASE ${database} IS 'mine now'; ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    expect(names(await provision(request)).sort()).toEqual(
      ['RepairedDatabase', 'RepairedDatabase', 'RepairedRole', 'RevokedPublicConnect'].sort(),
    );
    await checkLogin(loginOf(request));
    expect(await provision(request)).toEqual([]);
  });

  test('a second object gets a conflict and changes nothing', async () => {
    await provision(request);
    const before = await logLength();
    for (const adopt of [false, true]) {
      const second = provision({ ...request, claimant: other, password: 'other', adopt });
      await expect(second).rejects.toMatchObject({
        reason: 'Conflict',
        message: `role "${request.role}" is held by PostgresDatabase dev/app`,
      });
      const ownRole = `${request.role}_${adopt}`;
      const withOwnRole = provision({ ...request, role: ownRole, claimant: other, adopt });
      await expect(withOwnRole).rejects.toMatchObject({
        reason: 'Conflict',
        message: `database "${request.database}" is held by PostgresDatabase dev/app`,
      });
    }
    expect(await writesSince(before)).toEqual([]);
    await checkLogin(loginOf(request));
  });

  test('the same object made again gets everything back', async () => {
    await provision(request);
    const again = { ...request, claimant: { ...claimant, uid: 'u-new' } };
    expect(names(await provision(again))).toEqual(['ReclaimedRole', 'ReclaimedDatabase']);
    expect(await provision(again)).toEqual([]);
  });

  test('an extension that is not there is named', async () => {
    const missing = provision({ ...request, extensions: ['citext', 'timescaledb'] });
    await expect(missing).rejects.toMatchObject({
      reason: 'ExtensionUnavailable',
      message: 'The server does not have the extension "timescaledb"',
    });
  });

  test('ten at once end as one', async () => {
    const wanted = { ...request, extensions: ['citext'], schemas: ['app'] };
    const all = await Promise.all(Array.from({ length: 10 }, () => provision(wanted)));
    expect(names(all.flat()).sort()).toEqual(['CreatedDatabase', 'CreatedExtension', 'CreatedRole', 'CreatedSchema']);
    expect(await provision(wanted)).toEqual([]);
  });

  test('ten at once through two maintenance databases, which share no lock, end the same', async () => {
    const wanted = { ...request, extensions: ['citext'], schemas: ['app'] };
    const through = (database: string) => provisionDatabase({ ...admin(), database }, wanted);
    // CREATE DATABASE copies template1, so the second way must be another database.
    await rows(`CREATE DATABASE second_${number}`);
    await Promise.all(Array.from({ length: 10 }, (_, index) => through(index % 2 ? 'postgres' : `second_${number}`)));
    expect(await provision(wanted)).toEqual([]);
    await checkLogin(loginOf(request));
  });

  test.each(['before', 'after'] as const)('cut off %s any statement, the next call completes it', async (when) => {
    const full = { extensions: ['citext'], schemas: ['app'] };
    let cuts = 0;
    for (let step = 1; ; step += 1) {
      const wanted = { ...request, ...full, database: `${request.database}_${step}`, role: `${request.role}_${step}` };
      let left = step;
      const count = () => {
        left -= 1;
        return left === 0;
      };
      const ended = await provisionDatabase(admin(), wanted, { connect: cutting(when, count) }).then(
        () => true,
        (error: unknown) => {
          expect(String(error)).toContain('cut off');
          return false;
        },
      );
      await provision(wanted);
      expect(await provision(wanted)).toEqual([]);
      await rows('CREATE TABLE app.t (n public.citext)', loginOf(wanted));
      if (ended) {
        break;
      }
      cuts += 1;
    }
    expect(cuts).toBeGreaterThanOrEqual(10);
  });
});

test('takes over what it did not make only when told to, and never a superuser or itself', async () => {
  const { role, database } = request;
  await rows(`CREATE ROLE ${role} CREATEDB; CREATE ROLE ${role}_super SUPERUSER`);
  await rows(`CREATE DATABASE ${database}`);
  await expect(provisionDatabase(superuser, request)).rejects.toMatchObject({
    reason: 'Conflict',
    message: `role "${role}" exists and was not made by Hearth`,
  });
  const adopt = { ...request, adopt: true };
  for (const unsafe of [`${role}_super`, 'postgres']) {
    const refused = provisionDatabase(superuser, { ...adopt, role: unsafe });
    await expect(refused).rejects.toMatchObject({ reason: 'UnsafeRole' });
  }
  expect(names(await provisionDatabase(superuser, adopt))).toEqual([
    'AdoptedRole',
    'RepairedRole',
    'SetPassword',
    'AdoptedDatabase',
    'ChangedOwner',
    'RevokedPublicConnect',
  ]);
  expect(await checkLogin(loginOf(request))).toMatchObject({ canCreateDb: false });
  expect(await provisionDatabase(superuser, request)).toEqual([]);
});

test('says what an administrator without rights lacks', async () => {
  await rows("CREATE ROLE weak LOGIN PASSWORD 'weak'");
  const refused = provisionDatabase({ ...superuser, user: 'weak', password: 'weak' }, request);
  await expect(refused).rejects.toMatchObject({
    reason: 'PermissionDenied',
    message: expect.stringContaining('permission denied to create role'),
  });
});

test('a role that may not enter the maintenance database keeps its password', async () => {
  await provisionDatabase(superuser, request);
  await rows('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
  try {
    expect(await provisionDatabase(superuser, request)).toEqual([]);
  } finally {
    await rows('GRANT CONNECT ON DATABASE postgres TO PUBLIC');
  }
});

test('a database left broken by an interrupted drop is made anew', async () => {
  await provisionDatabase(superuser, request);
  await rows(`UPDATE pg_database SET datconnlimit = -2 WHERE datname = '${request.database}'`);
  expect(names(await provisionDatabase(superuser, request))).toEqual(['CreatedDatabase']);
  await checkLogin(loginOf(request));
});

test('no password ever stands in the log of the server', async () => {
  const password = `needle-${'in-the-hay'.repeat(2)}`;
  await provisionDatabase(superuser, { ...request, password });
  await provisionDatabase(superuser, { ...request, password: `${password}2` });
  await expect(checkLogin(loginOf({ ...request, password }))).rejects.toThrow();
  const log = await readFile(handle.logFile, 'utf8');
  expect(log).toContain(`CREATE ROLE ${quoteIdentifier(request.role)}`);
  expect(log).toContain(`ALTER ROLE ${quoteIdentifier(request.role)} PASSWORD`);
  expect(log).not.toContain('needle');
  expect(log).not.toMatch(/pw-\d+-secret/);
});
