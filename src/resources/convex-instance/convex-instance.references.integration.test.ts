import { describe, expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { runsOf } from '../../../tests/harness/observations.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { becomesReady, configMapManifest, convexInstance, says, secretManifest } from './testing/convex.ts';

const suite = useSuite({ name: 'convex-references' });

const withPods = testNeeding('controllers', 'simulation', 'audit');

type Fields = Readonly<Record<string, unknown>>;

const withBackend = (name: string, fields: Fields, rest: Fields = {}) =>
  convexInstance(name, { backend: { image: 'example/b:1', db: { engine: 'sqlite' }, ...fields }, ...rest });

const remove = (kind: string, name: string) => suite().kubectl('delete', kind, name, '-n', suite().namespace);

const POSTGRES = { db: { engine: 'postgres', secretRef: 'db', urlKey: 'url' } };
const S3 = {
  enabled: true,
  secretRef: 's3',
  configMapRef: 's3',
  accessKeyIdKey: 'id',
  secretAccessKeyKey: 'key',
  bucketKey: 'bucket',
  region: 'eu',
  endpointKey: 'endpoint',
};
const ENV = [{ name: 'MINE', valueFrom: { secretKeyRef: { name: 'mine', key: 'a' } } }];

describe('a reference that is wrong', () => {
  withPods('is told with all others, and each that is mended leaves the rest', async () => {
    await suite().apply(withBackend('a', { ...POSTGRES, s3: S3, env: ENV }));
    const all = 'Secret db does not exist; Secret s3 does not exist; Secret mine does not exist';
    expect(await says(suite(), 'a', ['Ready', 'False', 'ValidationFailed'])).toBe(all);
    const seen = await suite().get('convexinstance', 'a');
    expect(seen.status).toMatchObject({ phase: 'Error', observedGeneration: 1 });
    expect(conditionOf(seen, 'StatefulSetReady')).toMatchObject({ status: 'Unknown', reason: 'NotReconciled' });
    expect(conditionOf(seen, 'Stalled')?.status).toBe('True');
    expect(await suite().find('statefulset', 'a-backend')).toBeUndefined();
    expect(await suite().find('secret', 'a-convex-secrets')).toBeUndefined();
    const { stdout } = await suite().kubectl(
      'get',
      'events',
      '-n',
      suite().namespace,
      '-o',
      'jsonpath={.items[*].reason}',
    );
    expect(stdout).toContain('ValidationFailed');

    const tells = async (part: string) => {
      await eventually(`the message has: ${part}`, () => suite().get('convexinstance', 'a'), {
        until: (object) => conditionOf(object, 'SecretsReady')?.message.includes(part) ?? false,
      });
    };
    await suite().apply(secretManifest('db', { other: 'x' }));
    await tells('Secret db is missing key "url"');
    await suite().apply(secretManifest('s3', { id: 'x' }));
    await tells('Secret s3 is missing key "key"; ConfigMap s3 does not exist');
    await suite().apply(configMapManifest('s3', { bucket: 'x' }), secretManifest('s3', { id: 'x', key: 'x' }));
    await tells('ConfigMap s3 is missing key "endpoint"');
    await suite().apply(configMapManifest('s3', { bucket: 'x', endpoint: 'http://e' }));
    await suite().apply(secretManifest('mine', { a: 'x' }), secretManifest('db', { url: 'postgres://u@h' }));
    await becomesReady(suite(), 'a');
  });

  withPods('when a part goes later, changes nothing that runs, and restarts nothing when it is back', async () => {
    const before = await suite().get('statefulset', 'a-backend');
    await remove('secret', 'db');
    await says(suite(), 'a', ['Ready', 'False', 'ValidationFailed']);
    expect((await suite().get('statefulset', 'a-backend')).metadata.generation).toBe(before.metadata.generation);
    await suite().apply(secretManifest('db', { url: 'postgres://u@h' }));
    await becomesReady(suite(), 'a');
    expect((await suite().get('statefulset', 'a-backend')).metadata.generation).toBe(before.metadata.generation);
  });

  withPods('restarts the backend with another value that it uses, and with nothing else', async () => {
    const hash = async () => {
      const { spec } = await suite().get('statefulset', 'a-backend');
      return /config-hash":"([^"]+)"/.exec(JSON.stringify(spec))?.[1];
    };
    const before = await hash();
    await suite().apply(secretManifest('db', { url: 'postgres://u@h', note: 'x' }, { labels: { touched: 'yes' } }));
    await suite().apply(secretManifest('mine', { a: 'y' }));
    await eventually('another hash', hash, { until: (now) => now !== before });
    const after = await hash();
    await becomesReady(suite(), 'a');
    const runs = await runsOf(suite(), 'ConvexInstance');
    await suite().apply(secretManifest('db', { url: 'postgres://u@h', note: 'y' }));
    await eventually('a run', async () => (await runsOf(suite(), 'ConvexInstance')) > runs);
    await becomesReady(suite(), 'a');
    expect(await hash()).toBe(after);
  });
});

describe('a certificate', () => {
  withPods('may come later: everything else is there already', async () => {
    const networking = { host: 'b.example.com', gatewayClassName: 'simulated', tlsSecretRef: 'b-tls' };
    await suite().apply(withBackend('b', {}, { networking }));
    await says(suite(), 'b', ['StatefulSetReady', 'True', 'Ready']);
    expect(await says(suite(), 'b', ['SecretsReady', 'False', 'ValidationFailed'])).toContain('b-tls');
    expect(await says(suite(), 'b', ['Ready', 'False', 'WaitingForGateway'])).toContain('b-tls');
    expect((await suite().get('convexinstance', 'b')).status?.['phase']).toBe('Pending');
    expect(await suite().find('gateway', 'b-gateway')).toBeDefined();
    await suite().apply(secretManifest('b-tls', { 'tls.crt': 'x', 'tls.key': 'x' }));
    await becomesReady(suite(), 'b');
  });
});

describe('the URL of a database', () => {
  withPods('that names the database is used without it, and names the instance', async () => {
    await suite().apply(secretManifest('named', { url: 'postgres://u:p%40ss@h:5432/forum_db?sslmode=disable' }));
    await suite().apply(withBackend('c', { db: { ...POSTGRES.db, secretRef: 'named' } }));
    await becomesReady(suite(), 'c');
    const values = await suite().secret('c-convex-secrets');
    expect(values['databaseUrl']).toBe('postgres://u:p%40ss@h:5432?sslmode=disable');
    expect(values['adminKey']).toMatch(/^forum_db\|/);
    const { spec } = await suite().get('statefulset', 'c-backend');
    const text = JSON.stringify(spec);
    expect(text).toContain('{"name":"INSTANCE_NAME","value":"forum_db"}');
    expect(text).toContain('"secretKeyRef":{"name":"c-convex-secrets","key":"databaseUrl"}');
  });
});

describe('a spec', () => {
  withPods('with a restart interval that is none, or too long a name, harms itself alone', async () => {
    await suite().apply(withBackend('d', {}, { maintenance: { restartInterval: '7d' } }));
    expect(await says(suite(), 'd', ['Ready', 'False', 'ValidationFailed'])).toContain('restartInterval');
    await suite().apply(withBackend('e'.repeat(54), {}));
    expect(await says(suite(), 'e'.repeat(54), ['Ready', 'False', 'ValidationFailed'])).toContain('53');
    await suite().apply(withBackend('d', {}, { maintenance: { restartInterval: '0s' } }));
    await becomesReady(suite(), 'd');
  });
});
