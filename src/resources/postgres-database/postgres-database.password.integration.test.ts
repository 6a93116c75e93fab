import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { runsOf, writesOfRestart } from '../../../tests/harness/observations.ts';
import {
  changedUrl,
  everythingOn,
  query,
  refusalOf,
  usePostgres,
  whoAmI,
} from '../../../tests/harness/postgres-server.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { annotate, eventWith } from '../../../tests/harness/suite-acts.ts';
import { TcpProxy } from '../../../tests/harness/tcp-proxy.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const server = usePostgres();
const suite = useSuite({ name: 'password', operator: { env: { HEARTH_RECHECK_SECONDS: '1' } } });

beforeAll(async () => await suite().apply(...connectionTo(server())));

/** Makes a database and returns its login. */
async function made(name: string): Promise<Record<string, string>> {
  await suite().apply(postgresDatabase(name, { connection: 'db' }));
  return await readyLogin(suite(), name);
}

const loginNow = (name: string) => suite().secret(`postgres-database-${name}`);

/** Waits until every object has had two more runs: whatever the operator wanted to do, it has done. */
async function twoMoreRuns(): Promise<void> {
  const { stdout } = await suite().kubectl('get', 'postgresdatabases', '-n', suite().namespace, '-o', 'name');
  const objects = stdout.split('\n').filter(Boolean).length;
  const before = await runsOf(suite(), 'PostgresDatabase');
  await eventually('everything had two more runs', () => runsOf(suite(), 'PostgresDatabase'), {
    until: (runs) => runs >= before + 2 * objects,
  });
}

/** Waits until the login that stands in the Secret works. */
async function workingLogin(name: string): Promise<Record<string, string>> {
  return await eventually(`the login in the Secret of ${name} works`, async () => {
    const values = await loginNow(name);
    await whoAmI(values['url'] ?? '');
    return values;
  });
}

describe('the password is kept', () => {
  test('over a restart of the operator, which writes nothing', async () => {
    const { password, url = '' } = await made('kept');
    expect(await writesOfRestart(suite(), ['PostgresDatabase', 'PostgresConnection'])).toEqual([]);
    await twoMoreRuns();
    expect((await loginNow('kept'))['password']).toBe(password);
    expect(await refusalOf(url)).toBeUndefined();
  });

  test('when the server moves to another port and another name, which the Secret follows', async () => {
    const { password } = await made('moves');
    const proxy = new TcpProxy(server().port);
    const port = String(await proxy.listen());
    try {
      await suite().apply(...connectionTo(server(), { port, host: 'localhost' }));
      const moved = await eventually('the Secret has the new address', () => loginNow('moves'), {
        until: (values) => values['port'] === port && values['host'] === 'localhost',
      });
      expect(moved).toMatchObject({ password, url: expect.stringContaining(`@localhost:${port}/`) });
      await suite().condition({ kind: 'postgresdatabase', name: 'moves' }, 'Ready', 'True');
      expect(await refusalOf(moved['url'] ?? '')).toBeUndefined();
      const { status } = await eventually('the status follows', () => suite().get('postgresdatabase', 'moves'), {
        until: (object) => object.status?.['host'] === `localhost:${port}`,
      });
      expect(status).toMatchObject({ secretName: 'postgres-database-moves' });
    } finally {
      await suite().apply(...connectionTo(server()));
      await eventually('the Secret is back at the old address', () => loginNow('moves'), {
        until: (values) => values['port'] === String(server().port),
      });
      await proxy.close();
    }
    expect((await loginNow('moves'))['password']).toBe(password);
  });

  test('when labels and annotations of the Secret are edited: those of others stay, ours come back', async () => {
    const { password } = await made('labelled');
    const label = ['label', 'secret', 'postgres-database-labelled', '--overwrite', '-n', suite().namespace];
    await suite().kubectl(...label, 'team=kitchen', 'app.kubernetes.io/managed-by=somebody');
    const { metadata } = await eventually('our label is back', () => suite().get('secret', label[2] ?? ''), {
      until: (secret) => secret.metadata.labels?.['app.kubernetes.io/managed-by'] === 'hearth',
    });
    expect(metadata.labels).toMatchObject({ team: 'kitchen' });
    await annotate(suite(), 'secret/postgres-database-labelled', 'note=hello', 'hearth.internal/kept-for-');
    await eventually('our mark is back', () => suite().get('secret', 'postgres-database-labelled'), {
      until: (secret) => secret.metadata.annotations?.['hearth.internal/kept-for'] !== undefined,
    });
    await twoMoreRuns();
    expect((await loginNow('labelled'))['password']).toBe(password);
  });

  test('when a key beside it is changed or taken away, which comes back', async () => {
    const before = await made('spoilt');
    const data = { user: null, host: Buffer.from('elsewhere').toString('base64') };
    const patch = ['patch', 'secret', 'postgres-database-spoilt', '-n', suite().namespace, '-p'];
    await suite().kubectl(...patch, JSON.stringify({ data }));
    await eventually('the keys are as before', () => loginNow('spoilt'), {
      until: ({ user, host }) => user === before['user'] && host === before['host'],
    });
    expect(await loginNow('spoilt')).toEqual(before);
  });
});

describe('the password is changed', () => {
  test('by the rotation annotation, once per value: the new login works and the old one does not', async () => {
    const { password: old, url: oldUrl = '' } = await made('rotated');
    await annotate(suite(), 'postgresdatabase/rotated', 'hearth.internal/rotate=1');
    await eventually('the password is new', () => loginNow('rotated'), { until: (now) => now['password'] !== old });
    const rotated = await workingLogin('rotated');
    expect(rotated['password']).toMatch(/^[0-9a-f]{64}$/);
    expect(await refusalOf(oldUrl)).toBe('28P01');
    await twoMoreRuns();
    await suite().stopOperator();
    await suite().startOperator();
    await twoMoreRuns();
    expect(await loginNow('rotated')).toEqual(rotated);
    await annotate(suite(), 'postgresdatabase/rotated', 'hearth.internal/rotate=2');
    await eventually('the password is new again', () => loginNow('rotated'), {
      until: (now) => now['password'] !== rotated['password'],
    });
    await workingLogin('rotated');
    expect(await refusalOf(rotated['url'] ?? '')).toBe('28P01');
  });

  test('when the Secret was deleted by hand: it comes back with a login that works', async () => {
    const before = await made('deleted');
    await suite().kubectl('delete', 'secret', 'postgres-database-deleted', '-n', suite().namespace);
    const after = await workingLogin('deleted');
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(await refusalOf(before['url'] ?? '')).toBe('28P01');
  });

  test('by hand in the Secret, and the server follows', async () => {
    await made('chosen');
    const password = "my own p@ss/word? 'x'";
    const patch = ['patch', 'secret', 'postgres-database-chosen', '-n', suite().namespace, '-p'];
    await suite().kubectl(...patch, JSON.stringify({ stringData: { password } }));
    const values = await eventually('the URL has the password', () => loginNow('chosen'), {
      until: ({ url }) => url?.includes(encodeURIComponent(password)) ?? false,
    });
    expect(values['password']).toBe(password);
    await workingLogin('chosen');
    await twoMoreRuns();
    expect(await loginNow('chosen')).toEqual(values);
  });

  test.each([
    ['empty', ''],
    ['not printable ASCII', 'pässwörd'],
  ])('by hand to one that is %s: a new one that works takes its place', async (what, password) => {
    const name = `unusable-${what.split(' ')[0]}`;
    await made(name);
    const patch = ['patch', 'secret', `postgres-database-${name}`, '-n', suite().namespace, '-p'];
    await suite().kubectl(...patch, JSON.stringify({ stringData: { password } }));
    await eventually('the password is usable', () => loginNow(name), {
      until: (now) => /^[0-9a-f]{64}$/.test(now['password'] ?? ''),
    });
    await workingLogin(name);
  });
});

describe('what somebody did on the server is repaired', () => {
  const name = (object: string) => `${suite().namespace}_${object}`.replaceAll('-', '_');

  test('the password of the role was changed', async () => {
    const before = await made('meddled');
    await query(server().url, `ALTER ROLE "${name('meddled')}" PASSWORD 'meddled-with'`);
    expect(await workingLogin('meddled')).toEqual(before);
    expect(await refusalOf(changedUrl(before['url'] ?? '', { password: 'meddled-with' }))).toBe('28P01');
    await eventWith(suite(), { kind: 'PostgresDatabase', name: 'meddled' }, { reason: 'SetPassword' });
  });

  test('the database was dropped', async () => {
    const before = await made('dropped');
    await query(server().url, `DROP DATABASE "${name('dropped')}" WITH (FORCE)`);
    expect(await workingLogin('dropped')).toEqual(before);
  });

  test('the role was dropped', async () => {
    const before = await made('roleless');
    await query(before['url'] ?? '', 'CREATE TABLE kept (n int)');
    const owner = `"${name('roleless')}"`;
    const inside = changedUrl(server().url, { database: name('roleless') });
    await query(inside, `REASSIGN OWNED BY ${owner} TO postgres; DROP OWNED BY ${owner}; DROP ROLE ${owner}`);
    const after = await workingLogin('roleless');
    expect(after).toEqual(before);
    const tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    expect(await query(inside, tables)).toEqual([{ tablename: 'kept' }]);
    const owners = 'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1';
    await eventually('the role owns the database again', () => query(server().url, owners, [name('roleless')]), {
      until: ([row]) => row?.['owner'] === name('roleless'),
    });
  });

  test('the whole server was replaced by an empty one', async () => {
    const before = await made('phoenix');
    await suite().stopOperator();
    const { databases } = await everythingOn(server());
    for (const database of databases) {
      await query(server().url, `DROP DATABASE "${database}" WITH (FORCE)`);
    }
    const { roles } = await everythingOn(server());
    for (const role of roles) {
      await query(server().url, `DROP ROLE "${role}"`);
    }
    await suite().startOperator();
    expect(await workingLogin('phoenix')).toEqual(before);
    expect((await workingLogin('kept'))['user']).toBe(name('kept'));
  });
});
