import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { Transport } from '../../src/framework/api/transport.ts';
import type { Informer } from '../../src/framework/cache/informer.ts';
import type { StoreChange } from '../../src/framework/cache/store.ts';
import { createRuntime } from '../../src/framework/host/runtime.ts';
import { Journal } from '../../src/framework/observe/journal.ts';
import { createLogger } from '../../src/framework/observe/logger.ts';
import { Metrics } from '../../src/framework/observe/metrics.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { sharedTestenv } from '../harness/suite.ts';

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };

const test = testNeeding('faults');
const testenv = sharedTestenv();
const kubeConfig = new KubeConfig();
let namespace: TestNamespace;
let admin: Transport;
let runtime: ReturnType<typeof createRuntime>;
let informer: Informer;
/** What the cache has told of the object that is written, in order. */
let told: StoreChange[];
/** What happens between a write and its answer. */
let beforeAnswer: () => Promise<unknown>;
let marks = 0;

const pathOf = (name = '') => `/api/v1/namespaces/${namespace.name}/configmaps/${name}`;
const keyOfMine = () => `${namespace.name}/mine`;

/** What the watch tells before this has ended, it has told. */
async function letWatchCatchUp(): Promise<void> {
  marks += 1;
  const name = `mark-${marks}`;
  await admin.request({ method: 'POST', path: pathOf(), body: { ...CONFIG_MAPS, metadata: { name } } });
  await eventually('the watch has come so far', () => informer.get(`${namespace.name}/${name}`) !== undefined);
}

/** A write whose answer comes when the watch has told of it already. */
async function write(value: string): Promise<void> {
  const metadata = { name: 'mine', namespace: namespace.name };
  const manifest = { ...CONFIG_MAPS, metadata, data: { value } };
  await runtime.gateway.apply(manifest, { live: informer.get(keyOfMine()) });
}

beforeAll(async () => {
  namespace = await createNamespace(testenv);
  kubeConfig.loadFromFile(testenv.kubeconfig);
  admin = new Transport(kubeConfig);
  runtime = createRuntime({
    kubeConfig,
    logger: createLogger({ level: 'error', format: 'text' }),
    metrics: new Metrics(),
    journal: new Journal(),
    namespaces: [namespace.name],
    recheckMs: 60_000,
    intercept: async (request, send) => {
      const response = await send(request);
      if (request.method === 'PATCH') {
        await beforeAnswer();
        await letWatchCatchUp();
      }
      return response;
    },
  });
  informer = runtime.informers.get(CONFIG_MAPS);
  await informer.synced;
  informer.subscribeKey(keyOfMine(), (change) => told.push(change));
});

beforeEach(() => {
  told = [];
  beforeAnswer = async () => undefined;
});

afterAll(async () => {
  await runtime.informers.stop();
  runtime.transport.close();
  admin.close();
  await namespace.delete();
});

test('an echo that is faster than the answer is no news', async () => {
  await write('made');
  await write('changed');
  await letWatchCatchUp();
  expect(told).toEqual([]);
  expect(informer.get(keyOfMine())).toMatchObject({ data: { value: 'changed' } });
});

test("somebody else's change before the answer is news", async () => {
  beforeAnswer = async () => {
    const body = { data: { other: 'theirs' } };
    await admin.request({ method: 'PATCH', path: pathOf('mine'), body, contentType: 'application/merge-patch+json' });
  };
  await write('with another');
  await letWatchCatchUp();
  expect(told.map(({ current }) => current)).toMatchObject([{ data: { value: 'with another', other: 'theirs' } }]);
});

test("somebody else's deletion before the answer is news", async () => {
  beforeAnswer = async () => await admin.request({ method: 'DELETE', path: pathOf('mine') });
  await write('soon gone');
  await letWatchCatchUp();
  expect(told.map(({ current }) => current)).toEqual([undefined]);
  expect(informer.get(keyOfMine())).toBeUndefined();
});
