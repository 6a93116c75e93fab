import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startPostgres } from '../../../testenv/src/postgres.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { visibleText } from '../../../tests/harness/observations.ts';
import { loginOf, secret, type Values } from '../../../tests/harness/postgres-login.ts';
import { query, usePostgres } from '../../../tests/harness/postgres-server.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { eventWith, suiteIn } from '../../../tests/harness/suite-acts.ts';
import { connectionTo, postgresConnection } from './testing/connections.ts';

const WRONG_PASSWORD = 'the-wrong-password-of-this-test';
const elsewhere = `elsewhere-${randomBytes(4).toString('hex')}`;

const server = usePostgres();
// Looks again after five minutes only: what the tests see sooner than that, a watch has told.
const suite = useSuite({ name: 'connection', namespaces: [elsewhere] });

const connection = (name: string) => ({ kind: 'postgresconnection', name });

test('a connection is Ready when its login succeeded, and says so in columns and an event', async () => {
  await suite().apply(...connectionTo(server()));
  const { message } = await suite().condition(connection('db'), 'Ready', 'True');
  const address = `127.0.0.1:${server().port}`;
  expect(message).toBe(`User "postgres" can log in at ${address}`);
  const [row] = await query(server().url, 'SHOW server_version');
  const version = String(row?.['server_version']);
  const { stdout } = await suite().kubectl('get', 'pgconn', 'db', '-n', suite().namespace);
  const [header = '', line = ''] = stdout.split('\n');
  expect(header.split(/\s+/)).toEqual(expect.arrayContaining(['NAME', 'HOST', 'VERSION', 'READY']));
  expect(line.split(/\s+/).slice(0, 4)).toEqual(['db', address, version, 'True']);
  await eventWith(suite(), { kind: 'PostgresConnection', name: 'db' }, { type: 'Normal', message });
});

type Mistake = {
  readonly what: string;
  readonly reason: string;
  /** What the good values become. */
  readonly spoil: (good: Values) => Values;
  readonly keys: readonly string[];
};

const without = (values: Values, key: string) => Object.fromEntries(Object.entries(values).filter(([k]) => k !== key));

const mistakes: readonly Mistake[] = [
  {
    what: 'a wrong password',
    reason: 'AuthenticationFailed',
    spoil: (good) => ({ ...good, password: WRONG_PASSWORD }),
    keys: ['user', 'password'],
  },
  {
    what: 'an unknown user',
    reason: 'AuthenticationFailed',
    spoil: (good) => ({ ...good, user: 'nobody-here' }),
    keys: ['user', 'password'],
  },
  {
    what: 'an unknown host',
    reason: 'UnknownHost',
    spoil: (good) => ({ ...good, host: 'nowhere.invalid' }),
    keys: ['host'],
  },
  {
    what: 'a port where nobody listens',
    reason: 'ConnectionRefused',
    spoil: (good) => ({ ...good, port: '1' }),
    keys: ['host', 'port'],
  },
  {
    what: 'a database that does not exist',
    reason: 'UnknownDatabase',
    spoil: (good) => ({ ...good, database: 'not-there' }),
    keys: ['database'],
  },
  {
    what: 'TLS demanded of a server without it',
    reason: 'TLSRefused',
    spoil: (good) => ({ ...good, sslmode: 'require' }),
    keys: ['sslmode'],
  },
  { what: 'no host', reason: 'MissingHost', spoil: (good) => without(good, 'host'), keys: ['host'] },
  { what: 'no user', reason: 'MissingUser', spoil: (good) => without(good, 'user'), keys: ['user'] },
  { what: 'no password', reason: 'MissingPassword', spoil: (good) => without(good, 'password'), keys: ['password'] },
  { what: 'an empty password', reason: 'MissingPassword', spoil: (good) => ({ ...good, password: '' }), keys: [] },
  { what: 'a port that is none', reason: 'InvalidPort', spoil: (good) => ({ ...good, port: 'http' }), keys: ['port'] },
  {
    what: 'an unknown sslmode',
    reason: 'InvalidSslMode',
    spoil: (good) => ({ ...good, sslmode: 'maybe' }),
    keys: ['sslmode'],
  },
];

describe.each(mistakes)('$what', ({ what, reason, spoil, keys }) => {
  test(`is told as ${reason} with Secret and key, in a Warning too, and Ready follows every correction`, async () => {
    const name = what.toLowerCase().replaceAll(' ', '-');
    const good = loginOf(server());
    await suite().apply(secret(name, spoil(good)), postgresConnection(name, { secret: name }));
    const { message } = await suite().reason(connection(name), reason);
    expect(message).toContain(`Secret ${suite().namespace}/${name}`);
    for (const key of keys) {
      expect(message).toMatch(new RegExp(`\\b${key}\\b`));
    }
    await eventWith(suite(), { kind: 'PostgresConnection', name }, { type: 'Warning', reason, message });
    await suite().apply(secret(name, good));
    await suite().condition(connection(name), 'Ready', 'True');
    await suite().apply(secret(name, spoil(good)));
    await suite().reason(connection(name), reason);
  });
});

test('spec.sslMode wins over the Secret and is what the message names', async () => {
  await suite().apply(
    secret('demanding', loginOf(server())),
    postgresConnection('demanding', { secret: 'demanding', sslMode: 'verify-full' }),
  );
  const { message } = await suite().reason(connection('demanding'), 'TLSRefused');
  expect(message).toMatch(/: see spec\.sslMode$/);
});

test('a missing Secret is named, and the connection gets Ready when the Secret comes and not Ready when it goes', async () => {
  await suite().apply(postgresConnection('early', { secret: 'late' }));
  const { message } = await suite().reason(connection('early'), 'MissingSecret');
  expect(message).toContain(`Secret ${suite().namespace}/late`);
  const about = { kind: 'PostgresConnection', name: 'early' };
  await eventWith(suite(), about, { type: 'Warning', reason: 'MissingSecret', message });
  await suite().apply(secret('late', loginOf(server())));
  await suite().condition(connection('early'), 'Ready', 'True');
  await suite().kubectl('delete', 'secret', 'late', '-n', suite().namespace);
  await suite().reason(connection('early'), 'MissingSecret');
});

test('a connection notices by itself that the server goes away and comes back', async () => {
  const own = await startPostgres();
  await suite().stopOperator();
  await suite().startOperator({ env: { HEARTH_RECHECK_SECONDS: '1' } });
  try {
    await suite().apply(secret('restless', loginOf(own)), postgresConnection('restless', { secret: 'restless' }));
    await suite().condition(connection('restless'), 'Ready', 'True');
    await own.kill();
    await suite().reason(connection('restless'), 'ConnectionRefused');
    await own.restart();
    await suite().condition(connection('restless'), 'Ready', 'True');
  } finally {
    await own.stop();
  }
});

test('a Secret in a namespace that is not watched is told as that, not as missing', async () => {
  await suite().apply(postgresConnection('elsewhere', { secret: 'kube-public/login' }));
  const { message } = await suite().reason({ kind: 'postgresconnection', name: 'elsewhere' }, 'NamespaceNotWatched');
  expect(message).toBe('Secret kube-public/login is in a namespace that Hearth does not watch');
});

test('a line end after a value, as from a file, does no harm', async () => {
  const lines = Object.fromEntries(Object.entries(loginOf(server())).map(([key, value]) => [key, `${value}\n`]));
  await suite().apply(secret('from-file', lines), postgresConnection('from-file', { secret: 'from-file' }));
  await suite().condition({ kind: 'postgresconnection', name: 'from-file' }, 'Ready', 'True');
});

test('the Secret may be in another namespace, and its changes are noticed there too', async () => {
  const other = await suiteIn(suite(), elsewhere);
  await suite().apply(postgresConnection('far', { secret: `${elsewhere}/login` }));
  const { message } = await suite().reason(connection('far'), 'MissingSecret');
  expect(message).toContain(`Secret ${elsewhere}/login`);
  await other.apply(secret('login', loginOf(server())));
  await suite().condition(connection('far'), 'Ready', 'True');
});

test('the key username is as good as user, and changing the spec to another Secret is followed', async () => {
  const { user = '', ...rest } = loginOf(server());
  await suite().apply(
    secret('by-username', { ...rest, username: user }),
    postgresConnection('moved', { secret: 'nobody-made-it' }),
  );
  await suite().reason(connection('moved'), 'MissingSecret');
  await suite().apply(postgresConnection('moved', { secret: 'by-username' }));
  await suite().condition(connection('moved'), 'Ready', 'True');
});

test('a reference that is none is refused with the field named', async () => {
  for (const reference of ['a/b/c', 'Upper', '/x', 'x/', '']) {
    const applied = suite().apply(postgresConnection('refused', { secret: reference }));
    await expect(applied).rejects.toThrow(/spec\.secret/);
  }
  await expect(suite().apply(postgresConnection('refused', { secret: 'a', sslMode: 'no' }))).rejects.toThrow(
    /spec\.sslMode/,
  );
});

test('no password stands in a log, an event or a status', async () => {
  const visible = await visibleText(suite(), 'postgresconnections');
  expect(visible).toContain('AuthenticationFailed');
  expect([server().password, WRONG_PASSWORD].filter((password) => visible.includes(password))).toEqual([]);
});

test('a deleted connection goes at once', async () => {
  await suite().kubectl('delete', 'postgresconnection', 'db', '-n', suite().namespace);
  await eventually('it is gone', async () => (await suite().find('postgresconnection', 'db')) === undefined);
});
