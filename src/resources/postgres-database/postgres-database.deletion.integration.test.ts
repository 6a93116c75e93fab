import { beforeAll, describe, expect, test } from 'vitest';
import { startPostgres } from '../../../testenv/src/postgres.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import {
  everythingOn,
  openSession,
  query,
  refusalOf,
  usePostgres,
  whoAmI,
} from '../../../tests/harness/postgres-server.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { annotate, eventWith, remove } from '../../../tests/harness/suite-acts.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const server = usePostgres();
const suite = useSuite({ name: 'deletion' });

beforeAll(async () => await suite().apply(...connectionTo(server())));

const database = (name: string) => ({ kind: 'postgresdatabase', name });
const nameOf = (name: string) => `${suite().namespace}_${name}`.replaceAll('-', '_');

const gone = (kind: string, name: string) =>
  eventually(`${kind} ${name} is gone`, async () => (await suite().find(kind, name)) === undefined);

/** What there is on the server for an object. */
async function leftOf(name: string): Promise<{ roles: string[]; databases: string[] }> {
  const { roles, databases } = await everythingOn(server());
  const own = (each: string) => each === nameOf(name);
  return { roles: roles.filter(own), databases: databases.filter(own) };
}

/** Waits until an object that is being deleted says what holds it up, and how to end that; returns what it says. */
async function wayOut(name: string): Promise<string> {
  const seen = await eventually('the way out is told', () => suite().get('postgresdatabase', name), {
    until: (object) => conditionOf(object, 'Ready')?.message.includes('hearth.internal/release=true') ?? false,
  });
  return conditionOf(seen, 'Ready')?.message ?? '';
}

describe('deletionPolicy Retain, the default', () => {
  test('keeps database, role and Secret, and the login goes on working', async () => {
    await suite().apply(postgresDatabase('kept', { connection: 'db' }));
    const before = await readyLogin(suite(), 'kept');
    await query(before['url'] ?? '', 'CREATE TABLE data (n int)');
    await remove(suite(), 'postgresdatabase', 'kept');
    expect(await suite().secret('postgres-database-kept')).toEqual(before);
    expect(await query(before['url'] ?? '', 'SELECT count(*)::int AS n FROM data')).toEqual([{ n: 0 }]);
    for (const reason of ['ReleasedDatabase', 'ReleasedRole']) {
      await eventWith(suite(), { kind: 'PostgresDatabase', name: 'kept' }, { type: 'Normal', reason });
    }
  });

  test('the same object made again gets it all back, with the same password', async () => {
    const before = await suite().secret('postgres-database-kept');
    await suite().apply(postgresDatabase('kept', { connection: 'db' }));
    expect(await readyLogin(suite(), 'kept')).toEqual(before);
    expect(await query(before['url'] ?? '', 'SELECT count(*)::int AS n FROM data')).toEqual([{ n: 0 }]);
    await eventWith(suite(), { kind: 'PostgresDatabase', name: 'kept' }, { reason: 'ReclaimedDatabase' });
  });

  test('made again after the Secret was deleted too, it gets it all back with a new password', async () => {
    const before = await suite().secret('postgres-database-kept');
    await remove(suite(), 'postgresdatabase', 'kept');
    await remove(suite(), 'secret', 'postgres-database-kept');
    await suite().apply(postgresDatabase('kept', { connection: 'db' }));
    const after = await readyLogin(suite(), 'kept');
    expect(after['password']).not.toBe(before['password']);
    expect(await query(after['url'] ?? '', 'SELECT count(*)::int AS n FROM data')).toEqual([{ n: 0 }]);
  });

  test('a server that is gone does not hold it up, and an event tells what stays', async () => {
    const own = await startPostgres();
    await suite().apply(secret('passing', loginOf(own)), postgresDatabase('passing', { secretRef: 'passing' }));
    await readyLogin(suite(), 'passing');
    await own.stop();
    await remove(suite(), 'postgresdatabase', 'passing');
    const { message } = await eventWith(
      suite(),
      { kind: 'PostgresDatabase', name: 'passing' },
      { type: 'Warning', reason: 'NotReleased' },
    );
    expect(message).toContain('Nothing accepts connections');
    expect(await suite().find('secret', 'passing-connection')).toBeDefined();
  });
});

describe('deletionPolicy Delete', () => {
  test('removes database, role and Secret, also under an open session', async () => {
    await suite().apply(postgresDatabase('goes', { connection: 'db', deletionPolicy: 'Delete' }));
    const { url = '' } = await readyLogin(suite(), 'goes');
    const session = await openSession(url);
    const cut = new Promise<void>((resolve) => session.on('end', () => resolve()));
    await session.query('CREATE TABLE data (n int)');
    await remove(suite(), 'postgresdatabase', 'goes');
    await cut;
    expect(await leftOf('goes')).toEqual({ roles: [], databases: [] });
    expect(await refusalOf(url)).toBe('28P01');
    await gone('secret', 'postgres-database-goes');
    for (const reason of ['DroppedDatabase', 'DroppedRole']) {
      await eventWith(suite(), { kind: 'PostgresDatabase', name: 'goes' }, { type: 'Normal', reason });
    }
  });

  test('may be decided on later, and be taken back', async () => {
    await suite().apply(postgresDatabase('undecided', { connection: 'db', deletionPolicy: 'Delete' }));
    const before = await readyLogin(suite(), 'undecided');
    await suite().apply(postgresDatabase('undecided', { connection: 'db', deletionPolicy: 'Retain' }));
    expect(await readyLogin(suite(), 'undecided')).toEqual(before);
    const { metadata } = await suite().get('secret', 'postgres-database-undecided');
    expect(metadata.ownerReferences ?? []).toEqual([]);
    await remove(suite(), 'postgresdatabase', 'undecided');
    expect(await whoAmI(before['url'] ?? '')).toMatchObject({ user: nameOf('undecided') });
    await suite().apply(postgresDatabase('undecided', { connection: 'db', deletionPolicy: 'Delete' }));
    expect(await readyLogin(suite(), 'undecided')).toEqual(before);
    await remove(suite(), 'postgresdatabase', 'undecided');
    expect(await leftOf('undecided')).toEqual({ roles: [], databases: [] });
    await gone('secret', 'postgres-database-undecided');
  });

  test('what somebody dropped by hand before is no obstacle', async () => {
    await suite().apply(postgresDatabase('half', { connection: 'db', deletionPolicy: 'Delete' }));
    await readyLogin(suite(), 'half');
    await query(server().url, `DROP DATABASE "${nameOf('half')}"`);
    await remove(suite(), 'postgresdatabase', 'half');
    expect(await leftOf('half')).toEqual({ roles: [], databases: [] });
  });

  test('waits for a server that is gone, and is done by itself when the server is back', async () => {
    const own = await startPostgres();
    try {
      await suite().apply(
        secret('restless', loginOf(own)),
        postgresDatabase('restless', { secretRef: 'restless', deletionPolicy: 'Delete' }),
      );
      await readyLogin(suite(), 'restless');
      await own.kill();
      await suite().kubectl('delete', 'postgresdatabase', 'restless', '-n', suite().namespace, '--wait=false');
      await suite().reason(database('restless'), 'ConnectionRefused');
      await own.restart();
      await gone('postgresdatabase', 'restless');
      expect(await everythingOn(own)).toEqual({ roles: [], databases: [] });
    } finally {
      await own.stop();
    }
  });

  test('of a server that is gone for good: the condition names the annotation that lets it go, and that does', async () => {
    const own = await startPostgres();
    await suite().apply(
      secret('lost', loginOf(own)),
      postgresDatabase('lost', { secretRef: 'lost', deletionPolicy: 'Delete' }),
    );
    await readyLogin(suite(), 'lost');
    await own.stop();
    await suite().kubectl('delete', 'postgresdatabase', 'lost', '-n', suite().namespace, '--wait=false');
    const message = await wayOut('lost');
    expect(message).toContain('Nothing accepts connections');
    const about = { kind: 'PostgresDatabase', name: 'lost' };
    await eventWith(suite(), about, { type: 'Warning', reason: 'ConnectionRefused', message });
    await annotate(suite(), 'postgresdatabase/lost', 'hearth.internal/release=true');
    await gone('postgresdatabase', 'lost');
    await eventWith(suite(), about, { type: 'Warning', reason: 'Released' });
  });

  test('waits for a connection that was deleted first, and says so', async () => {
    await suite().apply(
      secret('early', loginOf(server())),
      postgresDatabase('late', { secretRef: 'early', deletionPolicy: 'Delete' }),
    );
    await readyLogin(suite(), 'late');
    await remove(suite(), 'secret', 'early');
    await suite().kubectl('delete', 'postgresdatabase', 'late', '-n', suite().namespace, '--wait=false');
    const message = await wayOut('late');
    expect(message).toContain(`Secret ${suite().namespace}/early does not exist`);
    await suite().apply(secret('early', loginOf(server())));
    await gone('postgresdatabase', 'late');
    expect(await leftOf('late')).toEqual({ roles: [], databases: [] });
  });
});

describe('an object for which nothing was made', () => {
  test.each([
    ['whose connection does not exist', 'no-connection', { connection: 'nobody' }],
    ['whose Secret does not exist', 'no-secret', { secretRef: 'nobody' }],
    ['that names no server', 'no-server', {}],
    ['that names what is not supported', 'no-support', { cluster: 'nobody' }],
  ])('%s goes at once', async (_, name, spec) => {
    await suite().apply(postgresDatabase(name, { ...spec, deletionPolicy: 'Delete' }));
    await suite().condition(database(name), 'Ready', 'False');
    await remove(suite(), 'postgresdatabase', name);
    expect(await suite().find('postgresdatabase', name)).toBeUndefined();
  });
});
