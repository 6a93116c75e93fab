import { readFile } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { requestsWhileIdle, visibleText, writesOfRestart } from '../../../tests/harness/observations.ts';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import { query, usePostgres } from '../../../tests/harness/postgres-server.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { annotate } from '../../../tests/harness/suite-acts.ts';
import { connectionTo, postgresConnection } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from './testing/databases.ts';

const KINDS = ['PostgresConnection', 'PostgresDatabase'];
const WRONG_PASSWORD = 'a-wrong-password-of-this-suite';

/** Says everything that it is told and does. */
const server = usePostgres({
  settings: {
    log_statement: 'all',
    log_min_duration_statement: '0',
    log_connections: 'on',
    log_min_messages: 'debug1',
  },
});
const suite = useSuite({ name: 'quiet', operator: { env: { LOG_LEVEL: 'debug' } } });

const databases = ['one', 'two', 'three'];
/** Every password that was ever in a Secret of this suite. */
const passwords = new Set<string>();

async function remember(name: string): Promise<void> {
  const { password = '' } = await readyLogin(suite(), name);
  passwords.add(password);
}

beforeAll(async () => {
  await suite().apply(
    ...connectionTo(server()),
    postgresDatabase('one', { connection: 'db', extensions: ['citext'], schemas: ['app'] }),
    postgresDatabase('two', { secretRef: 'db-login', deletionPolicy: 'Delete' }),
    postgresDatabase('three', { connection: 'db', secretName: 'third' }),
  );
  await suite().condition({ kind: 'postgresconnection', name: 'db' }, 'Ready', 'True');
  for (const name of databases) {
    await remember(name);
  }
});

test('once everything is Ready, the operator asks for nothing while others are busy', async () => {
  expect(await requestsWhileIdle(suite(), KINDS)).toEqual([]);
});

test('a restart writes nothing', async () => {
  expect(await writesOfRestart(suite(), KINDS)).toEqual([]);
  expect(await requestsWhileIdle(suite(), KINDS)).toEqual([]);
});

test('applying the same again writes nothing', async () => {
  await suite().apply(postgresDatabase('three', { connection: 'db', secretName: 'third' }));
  expect(await requestsWhileIdle(suite(), KINDS)).toEqual([]);
});

test('once something is wrong for good, the operator is as silent', async () => {
  await suite().apply(
    postgresDatabase('spec-less'),
    postgresDatabase('waiting', { connection: 'nobody' }),
    postgresDatabase('robbing', { connection: 'db', secretName: 'third' }),
  );
  await suite().condition({ kind: 'postgresdatabase', name: 'spec-less' }, 'Stalled', 'True');
  await suite().reason({ kind: 'postgresdatabase', name: 'waiting' }, 'MissingConnection');
  await suite().condition({ kind: 'postgresdatabase', name: 'robbing' }, 'Stalled', 'True');
  expect(await requestsWhileIdle(suite(), KINDS)).toEqual([]);
});

test('passwords stand in no log, event or status of the operator', async () => {
  await annotate(suite(), 'postgresdatabase/one', 'hearth.internal/rotate=1');
  await eventually(
    'a new password',
    async () => !passwords.has((await suite().secret('postgres-database-one'))['password'] ?? ''),
  );
  await remember('one');
  const byHand = 'by-hand-0123456789';
  const patch = JSON.stringify({ stringData: { password: byHand } });
  await suite().kubectl('patch', 'secret', 'third', '-n', suite().namespace, '-p', patch);
  await eventually('the URL has it', async () => (await suite().secret('third'))['url']?.includes(byHand));
  await remember('three');
  await suite().apply(
    secret('wrong', { ...loginOf(server()), password: WRONG_PASSWORD }),
    postgresConnection('wrong', { secret: 'wrong' }),
    postgresDatabase('wrong', { connection: 'wrong' }),
  );
  await suite().reason({ kind: 'postgresconnection', name: 'wrong' }, 'AuthenticationFailed');
  await suite().reason({ kind: 'postgresdatabase', name: 'wrong' }, 'AuthenticationFailed');
  const visible = await visibleText(suite(), 'postgresconnections,postgresdatabases');
  expect(visible).toContain('Created role');
  const all = [...passwords, WRONG_PASSWORD, server().password];
  expect(all).toHaveLength(7);
  expect(all.filter((password) => visible.includes(password))).toEqual([]);
});

test('passwords stand in no log of the server, which tells every statement', async () => {
  await query(server().url, "SELECT 'the last statement of this test'");
  const log = await eventually('the log is written', () => readFile(server().logFile, 'utf8'), {
    until: (text) => text.includes('the last statement of this test'),
  });
  expect(log).toMatch(/CREATE ROLE .* PASSWORD 'SCRAM-SHA-256\$/);
  expect(log).toMatch(/ALTER ROLE .* PASSWORD 'SCRAM-SHA-256\$/);
  const all = [...passwords, WRONG_PASSWORD, server().password];
  expect(all.filter((password) => log.includes(password))).toEqual([]);
});
