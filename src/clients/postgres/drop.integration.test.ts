import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PostgresHandle, startPostgres } from '../../../testenv/src/postgres.ts';
import { type Connect, checkLogin, withConnection } from './connect.ts';
import { dropDatabase, releaseDatabase } from './drop.ts';
import type { Claimant } from './ownership.ts';
import { type ProvisionRequest, provisionDatabase } from './provision.ts';
import type { PostgresServer } from './server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let handle: PostgresHandle;
let superuser: PostgresServer;

beforeAll(async () => {
  handle = await startPostgres();
  const { host, port, user, password, database } = handle;
  superuser = { host, port, user, password, database, ssl: { mode: 'disable' } };
  await run("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'manager'");
});
afterAll(() => handle.stop());

const run = (text: string, server: PostgresServer = superuser) =>
  withConnection(server, (connection) => connection.query(text));

const claimant: Claimant = { cluster: 'c1', namespace: 'dev', name: 'app', uid: 'u1' };
const other: Claimant = { ...claimant, name: 'other', uid: 'u2' };

let count = 0;
let request: ProvisionRequest;
beforeEach(() => {
  count += 1;
  request = { database: `db_${count}`, role: `role_${count}`, password: 'app-password', claimant };
});

const loginOf = ({ role, database, password }: ProvisionRequest): PostgresServer => ({
  ...superuser,
  user: role,
  database,
  password,
});

async function expectGone({ database, role }: ProvisionRequest): Promise<void> {
  expect(await run(`SELECT datname FROM pg_database WHERE datname = '${database}'`)).toEqual([]);
  expect(await run(`SELECT rolname FROM pg_roles WHERE rolname = '${role}'`)).toEqual([]);
}

describe.each(['superuser', 'manager'] as const)('administered by %s', (kind) => {
  const admin = () => (kind === 'superuser' ? superuser : { ...superuser, user: 'manager', password: 'manager' });
  const provision = (wanted: ProvisionRequest) => provisionDatabase(admin(), wanted);

  test('drops database and role with open sessions, and again without complaint', async () => {
    await provision({ ...request, extensions: ['citext'], schemas: ['app'] });
    const client = new pg.Client({ connectionString: urlOf(request) });
    const ended = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query('CREATE TABLE app.t (n int)');

    expect(await dropDatabase(admin(), request)).toEqual({
      changes: [
        { change: 'DroppedDatabase', name: request.database },
        { change: 'DroppedRole', name: request.role },
      ],
      kept: [],
    });
    await ended;
    await expectGone(request);
    expect(await dropDatabase(admin(), request)).toEqual({ changes: [], kept: [] });
  });

  test('what the role owns elsewhere stays, with the administrator', async () => {
    const elsewhere = { ...request, database: `${request.database}_b`, role: `${request.role}_b`, claimant: other };
    await provision(request);
    await provision(elsewhere);
    const inside = { ...superuser, database: elsewhere.database };
    await run(`GRANT CONNECT ON DATABASE ${elsewhere.database} TO ${request.role}`);
    await run(`GRANT CREATE ON SCHEMA public TO ${request.role}`, inside);
    await run('CREATE TABLE kept AS SELECT 1 AS n', { ...loginOf(request), database: elsewhere.database });

    await dropDatabase(admin(), request);
    await expectGone(request);
    expect(await run('SELECT n FROM kept', inside)).toEqual([{ n: 1 }]);
    expect(await run("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'", inside)).toEqual([
      { tableowner: kind === 'superuser' ? 'postgres' : 'manager' },
    ]);
  });

  test('leaves alone what another object holds', async () => {
    await provision(request);
    expect(await dropDatabase(admin(), { ...request, claimant: other })).toEqual({
      changes: [],
      kept: [
        `database "${request.database}" is held by PostgresDatabase dev/app`,
        `role "${request.role}" is held by PostgresDatabase dev/app`,
      ],
    });
    expect(await releaseDatabase(admin(), { ...request, claimant: other })).toMatchObject({ changes: [] });
    await checkLogin(loginOf(request));
  });

  test('keeps what is released, gives it back to the same object and to others only by adopting', async () => {
    await provision(request);
    expect(await releaseDatabase(admin(), request)).toEqual({
      changes: [
        { change: 'ReleasedDatabase', name: request.database },
        { change: 'ReleasedRole', name: request.role },
      ],
      kept: [],
    });
    expect(await releaseDatabase(admin(), request)).toEqual({ changes: [], kept: [] });
    await checkLogin(loginOf(request));

    const taken = { ...request, claimant: other };
    await expect(provision(taken)).rejects.toMatchObject({
      reason: 'Conflict',
      message: `role "${request.role}" was kept by PostgresDatabase dev/app`,
    });
    expect((await provision(request)).map(({ change }) => change)).toEqual(['ReclaimedRole', 'ReclaimedDatabase']);
    await releaseDatabase(admin(), request);
    const adopted = await provision({ ...taken, adopt: true });
    expect(adopted.map(({ change }) => change)).toEqual(['AdoptedRole', 'AdoptedDatabase']);
    expect(await provision(taken)).toEqual([]);
  });

  test('cut off after any statement, the next drop completes it', async () => {
    let ended = false;
    let cuts = 0;
    for (let step = 1; !ended; step += 1) {
      await provision(request);
      let left = step;
      const cut: Connect = (server, use, options) =>
        withConnection(
          server,
          (connection) =>
            use({
              query: async (text, values) => {
                const result = await connection.query(text, values);
                left -= 1;
                if (left === 0) {
                  throw new Error('cut off');
                }
                return result as never;
              },
            }),
          options,
        );
      ended = await dropDatabase(admin(), request, { connect: cut }).then(
        () => true,
        () => false,
      );
      cuts += ended ? 0 : 1;
      await dropDatabase(admin(), request);
      await expectGone(request);
    }
    expect(cuts).toBeGreaterThanOrEqual(5);
  });

  test('five drops at once end as one', async () => {
    await provision(request);
    await Promise.all(Array.from({ length: 5 }, () => dropDatabase(admin(), request)));
    await expectGone(request);
  });
});

const urlOf = ({ role, database, password }: ProvisionRequest) =>
  `postgresql://${role}:${String(password)}@127.0.0.1:${handle.port}/${database}`;

test('a name that cannot exist is gone already', async () => {
  const unreachable = { ...superuser, port: 1 };
  expect(await dropDatabase(unreachable, { ...request, role: 'x'.repeat(64) })).toEqual({ changes: [], kept: [] });
  expect(await releaseDatabase(unreachable, { ...request, database: '' })).toEqual({ changes: [], kept: [] });
});

test('never drops what Hearth did not make', async () => {
  await run(`CREATE ROLE ${request.role}`);
  await run(`CREATE DATABASE ${request.database} OWNER ${request.role}`);
  expect(await dropDatabase(superuser, request)).toEqual({
    changes: [],
    kept: [
      `database "${request.database}" exists and was not made by Hearth`,
      `role "${request.role}" exists and was not made by Hearth`,
    ],
  });
  expect(await run(`SELECT datname FROM pg_database WHERE datname = '${request.database}'`)).toHaveLength(1);
});
