import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionTo } from '../../src/resources/postgres-connection/testing/connections.ts';
import { postgresDatabase, readyLogin } from '../../src/resources/postgres-database/testing/databases.ts';
import { writeVerbs } from '../../testenv/src/audit.ts';
import { everythingOn, usePostgres } from '../harness/postgres-server.ts';
import { useSuite } from '../harness/suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const server = usePostgres();
const suite = useSuite({ name: 'plan' });
let folder: string;

type Planned = { readonly code: number; readonly text: string; readonly errors: string };

/** Runs the command, and looks whether it has written anything. */
async function plan(...args: readonly string[]): Promise<Planned> {
  const { testenv, namespace } = suite();
  const since = testenv.audit.mark();
  const before = await everythingOn(server());
  const env = { PATH: process.env['PATH'], KUBECONFIG: testenv.kubeconfig, HEARTH_NAMESPACES: namespace };
  const command = [join(ROOT, 'src/operator.ts'), 'plan', ...args];
  const result = await new Promise<Planned>((resolve) => {
    execFile(join(ROOT, 'node_modules/.bin/node'), command, { env }, (error, text, errors) => {
      resolve({ code: error ? Number(error.code) : 0, text, errors });
    });
  });
  const requests = testenv.audit.requests({ since, userAgent: 'hearth-plan', verbs: writeVerbs });
  expect(requests.filter(({ uri }) => !uri.includes('dryRun=All'))).toEqual([]);
  expect(await everythingOn(server())).toEqual(before);
  return result;
}

async function planOf(...manifests: readonly unknown[]): Promise<Planned> {
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
  return await plan('-f', file, '-n', suite().namespace);
}

function generateSecret(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name }, spec };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-plan-'));
  await suite().apply(
    ...connectionTo(server()),
    postgresDatabase('db', { connection: 'db', schemas: ['app'] }),
    generateSecret('keys', { fields: [{ name: 'a' }, { name: 'b', value: 'fixed-by-the-spec' }] }),
  );
  await readyLogin(suite(), 'db');
  await suite().condition({ kind: 'generatesecret', name: 'keys' }, 'Ready', 'True');
});
afterAll(async () => await rm(folder, { recursive: true }));

test('where everything is in place, nothing would change', async () => {
  const { code, text } = await plan('--all');
  expect(text).toBe('Nothing would change (3 objects)\n');
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

test('a changed object shows its fields, but no value of a Secret', async () => {
  const fields = [{ name: 'b', value: 'another-fixed-value' }, { name: 'c' }];
  const { code, text } = await planOf(generateSecret('keys', { fields }));
  expect(text).toContain(`update Secret ${suite().namespace}/keys\n`);
  expect(text).toContain('    - data.a: (secret)\n');
  expect(text).toContain('    ~ data.b: (secret), changed\n');
  expect(text).toContain('    + data.c: (secret)\n');
  const shown = [text, Buffer.from('another-fixed-value').toString('base64')];
  expect(shown[0]).not.toContain('another-fixed-value');
  expect(shown[0]).not.toContain(shown[1]);
  expect(code).toBe(2);
  expect(Object.keys(await suite().secret('keys')).sort()).toEqual(['a', 'b']);
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

test('what somebody else has written is named', async () => {
  await suite().stopOperator();
  const { namespace } = suite();
  await suite().kubectl('label', 'secret', 'keys', '-n', namespace, 'app.kubernetes.io/managed-by=me', '--overwrite');
  const drift = await plan('--all');
  expect(drift.text).toContain('    ~ metadata.labels["app.kubernetes.io/managed-by"]: "me" → "hearth"\n');
  expect(drift.text).toContain('    taken from "kubectl-label" (metadata.labels.app.kubernetes.io/managed-by)\n');
  expect(drift.code).toBe(2);
  await suite().kubectl('create', 'secret', 'generic', 'theirs', '-n', namespace, '--from-literal=a=b');
  const refused = await planOf(generateSecret('theirs', { fields: [{ name: 'a' }] }));
  expect(refused.text).toContain('! stalled: OwnedByAnother: Secret');
  expect(refused.code).toBe(1);
});

test('a command that says nothing, or names a file that is none, is an error', async () => {
  expect(await plan()).toMatchObject({ code: 64, errors: expect.stringContaining('either --all or -f') });
  expect(await plan('-f', join(folder, 'none.yaml'))).toMatchObject({
    code: 1,
    errors: expect.stringContaining('none.yaml'),
  });
});
