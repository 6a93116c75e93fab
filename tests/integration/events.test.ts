import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { KubeObject } from '../../src/framework/api/object.ts';
import type { Transport } from '../../src/framework/api/transport.ts';
import { EventRecorder } from '../../src/framework/observe/events.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { sharedTestenv } from '../harness/suite.ts';
import { transportTo } from '../harness/transport-to.ts';

// How events get to the server while there is more urgent work, on the real control plane.

const testenv = sharedTestenv();
const logger = { debug: fail, info: fail, warn: fail, error: fail, child: () => logger };
let namespace: TestNamespace;
let transport: Transport;

function fail(message: string): void {
  throw new Error(message);
}

beforeAll(async () => {
  namespace = await createNamespace(testenv);
  transport = transportTo(testenv.kubeconfig);
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  transport.close();
  await namespace.delete();
});

type Told = { readonly reason: string; readonly eventTime: string; readonly series?: { readonly count: number } };

/** What was told of an object, in the order in which it happened. */
async function told(name: string): Promise<Told[]> {
  const path = `/apis/events.k8s.io/v1/namespaces/${namespace.name}/events`;
  const { items } = await transport.request<{ items: (Told & { regarding: { name: string } })[] }>({ path });
  const own = items.filter(({ regarding }) => regarding.name === name);
  return own.sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
}

const reasonsOf = async (name: string) => (await told(name)).map(({ reason }) => reason);

function configMap(name: string): KubeObject {
  const metadata = { name, namespace: namespace.name, uid: `uid-of-${name}`, resourceVersion: '1' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

const good = { type: 'Normal', reason: 'Ready', note: 'It works' } as const;
const bad = { type: 'Warning', reason: 'Broken', note: 'It does not work' } as const;

test('good news gives way to work that waits, bad news does not, and both tell when they happened', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  let isBusy = true;
  const recorder = new EventRecorder({ transport, logger, instance: 'test', isBusy: () => isBusy });
  recorder.record(configMap('a'), good);
  vi.setSystemTime(Date.now() + 1_000);
  recorder.record(configMap('a'), bad);
  await eventually('the warning', () => reasonsOf('a'), { until: (reasons) => reasons.length > 0 });
  expect(await reasonsOf('a')).toEqual(['Broken']);
  isBusy = false;
  await eventually('the good news', () => reasonsOf('a'), { until: (reasons) => reasons.length > 1 });
  expect(await reasonsOf('a')).toEqual(['Ready', 'Broken']);
});

test('what has waited for long enough is written although others wait', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const recorder = new EventRecorder({ transport, logger, instance: 'test', isBusy: () => true });
  recorder.record(configMap('b'), good);
  vi.setSystemTime(Date.now() + 29_000);
  recorder.record(configMap('b'), bad);
  await eventually('the warning', () => reasonsOf('b'), { until: (reasons) => reasons.length > 0 });
  expect(await reasonsOf('b')).toEqual(['Broken']);
  vi.setSystemTime(Date.now() + 1_000);
  await eventually('the good news', () => reasonsOf('b'), { until: (reasons) => reasons.length > 1 });
});

test('at the end everything is written at once, and the same again is counted', async () => {
  const recorder = new EventRecorder({ transport, logger, instance: 'test', isBusy: () => true });
  for (const event of [good, good, good, { ...good, note: 'It works again' }]) {
    recorder.record(configMap('c'), event);
  }
  await recorder.flush();
  const events = await told('c');
  expect(events).toHaveLength(2);
  expect(events.map(({ series }) => series?.count)).toEqual(expect.arrayContaining([3, undefined]));
});
