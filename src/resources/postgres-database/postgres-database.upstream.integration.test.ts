import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import { usePostgres, whoAmI } from '../../../tests/harness/postgres-server.ts';
import { type SeenObject, Suite, useSuite } from '../../../tests/harness/suite.ts';
import { postgresConnection } from '../postgres-connection/testing/connections.ts';
import { readyLogin } from './testing/databases.ts';

const SAMPLES = join(import.meta.dirname, 'testing/upstream-samples');

/** The samples name their namespaces, so no other suite may use these. */
const NAMESPACES = ['homelab', 'postgres', 'playground'];

const server = usePostgres();
const suite = useSuite({ name: 'samples', namespaces: NAMESPACES });

/** The suite, looking at one of the samples' namespaces. */
function at(namespace: string): Suite {
  const { testenv, kubeconfig } = suite();
  return new Suite({ testenv, kubeconfig, namespace, options: { name: namespace } });
}

beforeAll(async () => await suite().kubectl('apply', '-f', join(SAMPLES, 'namespaces.yaml')));

/** The generation of everything in the samples: it moves only when a spec does. */
async function generations(): Promise<Record<string, unknown>> {
  const { stdout } = await suite().kubectl('get', '-f', SAMPLES, '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: SeenObject[] };
  return Object.fromEntries(items.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.generation]));
}

test('all samples apply as they are, and again without a change', async () => {
  await suite().kubectl('apply', '-f', SAMPLES);
  const first = await generations();
  expect(Object.keys(first).length).toBeGreaterThan(8);
  await suite().kubectl('apply', '-f', SAMPLES);
  expect(await generations()).toEqual(first);
});

test('they also apply by server-side apply, without a change', async () => {
  const first = await generations();
  await suite().kubectl('apply', '--server-side', '--force-conflicts', '-f', SAMPLES);
  expect(await generations()).toEqual(first);
});

test('the connection waits for its Secret and gets Ready with it', async () => {
  const { message } = await at('homelab').reason({ kind: 'postgresconnection', name: 'db' }, 'MissingSecret');
  expect(message).toBe('Secret postgres/postgres-secret does not exist');
  await at('postgres').apply(secret('postgres-secret', loginOf(server())));
  await at('homelab').condition({ kind: 'postgresconnection', name: 'db' }, 'Ready', 'True');
});

test('the database of that connection has the names that it always had, and its login works', async () => {
  const { url = '' } = await readyLogin(at('homelab'), 'test2');
  expect(await whoAmI(url)).toEqual({ user: 'homelab_test2', database: 'homelab_test2' });
  const { host, port, user, database, password } = await at('homelab').secret('postgres-database-test2');
  expect({ host, port, user, database }).toEqual({
    host: '127.0.0.1',
    port: String(server().port),
    user: 'homelab_test2',
    database: 'homelab_test2',
  });
  expect(await whoAmI(`postgresql://${user}:${password}@${host}:${port}/${database}`)).toMatchObject({ user });
});

test('the database that takes its connection from a cluster waits until there is one of that name', async () => {
  const { message } = await at('homelab').reason({ kind: 'postgresdatabase', name: 'postgres' }, 'MissingConnection');
  expect(message).toBe('PostgresConnection homelab/postgres does not exist');
  await at('homelab').apply(postgresConnection('postgres', { secret: 'postgres/postgres-secret' }));
  const { url = '' } = await readyLogin(at('homelab'), 'postgres');
  expect(await whoAmI(url)).toEqual({ user: 'homelab_postgres', database: 'homelab_postgres' });
});

test('the database that names a Secret gets its login into <name>-connection', async () => {
  await readyLogin(at('playground'), 'by-secret');
  const { url = '' } = await at('playground').secret('by-secret-connection');
  expect(await whoAmI(url)).toEqual({ user: 'playground_by_secret', database: 'playground_by_secret' });
});

test('the database without a spec is told what it needs', async () => {
  const { message } = await at('playground').condition({ kind: 'postgresdatabase', name: 'test2' }, 'Stalled', 'True');
  expect(message).toContain('spec.connection or spec.secretRef');
});

test.each(['by-environment', 'by-cluster'])(
  'the database that names its server %s is told that it must wait',
  async (name) => {
    const { reason } = await at('playground').condition({ kind: 'postgresdatabase', name }, 'Stalled', 'True');
    expect(reason).toBe('NotSupported');
  },
);

test('generated Secrets have the keys, lengths and alphabets that charts rely on', async () => {
  for (const name of ['keys', 'everything']) {
    await at('playground').condition({ kind: 'generatesecret', name }, 'Ready', 'True');
  }
  expect(await at('playground').secret('keys')).toEqual({
    secretKey: expect.stringMatching(/^[0-9a-f]{64}$/),
    cookie: expect.stringMatching(/^[+/A-Za-z0-9]{64}$/),
  });
  expect(await at('playground').secret('everything')).toEqual({
    fixed: 'as-it-stands',
    default: expect.stringMatching(/^[-_A-Za-z0-9]{32}$/),
    'url-safe': expect.stringMatching(/^[-_A-Za-z0-9]{20}$/),
    text: expect.stringMatching(/^.{12}$/),
    pin: expect.stringMatching(/^[0-9]{6}$/),
  });
});
