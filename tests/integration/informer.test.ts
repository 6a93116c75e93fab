import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect } from 'vitest';
import { Discovery } from '../../src/framework/api/discovery.ts';
import { Transport } from '../../src/framework/api/transport.ts';
import { Informers } from '../../src/framework/cache/informers.ts';
import { createLogger } from '../../src/framework/observe/logger.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

/** A control plane of its own: this file kills and restarts its API server. */
let testenv: Testenv;
let proxy: TcpProxy;
let transport: Transport;
let informers: Informers;

const test = testNeeding('audit', 'faults');

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };
const NAMESPACE = 'informer';

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api' });
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  proxy = new TcpProxy(Number(new URL(testenv.server).port));
  const port = await proxy.listen();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(
    readFileSync(testenv.kubeconfig, 'utf8').replaceAll(testenv.server, `https://127.0.0.1:${port}`),
  );
  transport = new Transport(kubeConfig);
  const logger = createLogger({ level: 'error', format: 'text' });
  informers = new Informers({ transport, discovery: new Discovery(transport), logger, namespaces: [NAMESPACE] });
});

afterAll(async () => {
  await informers.stop();
  await transport.close();
  await proxy.close();
  await testenv.stop();
});

async function create(...names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({ ...CONFIG_MAPS, metadata: { name, namespace: NAMESPACE } }));
  const { code, stderr } = await testenv.kubectl(['create', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  });
  expect(code, stderr).toBe(0);
}

async function remove(name: string): Promise<void> {
  await testenv.kubectl(['delete', 'configmap', name, '-n', NAMESPACE]);
}

function has(name: string): boolean {
  return informers.get(CONFIG_MAPS).get(`${NAMESPACE}/${name}`) !== undefined;
}

test('a list longer than a page arrives whole, page by page', async () => {
  await create(...Array.from({ length: 1_100 }, (_, index) => `many-${index}`));
  const mark = testenv.audit.mark();
  const informer = informers.get(CONFIG_MAPS);
  await informer.synced;
  expect(informer.values()).toHaveLength(1_100);
  const lists = testenv.audit.requests({ since: mark, resource: 'configmaps', verbs: ['list'] });
  expect(lists.map(({ uri }) => new URL(uri, testenv.server).searchParams.get('limit'))).toEqual(['500', '500', '500']);
  expect(informer.values().every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap')).toBe(true);
});

test('one informer serves all who ask for the same, and metadata holds no content', async () => {
  expect(informers.get(CONFIG_MAPS)).toBe(informers.get({ ...CONFIG_MAPS }));
  const metadata = informers.get({ ...CONFIG_MAPS, projection: 'metadata' });
  await metadata.synced;
  await testenv.kubectl(['create', 'configmap', 'content', '-n', NAMESPACE, '--from-literal=key=value']);
  const seen = await eventually('the object is in the cache', () => metadata.get(`${NAMESPACE}/content`));
  expect(seen).not.toHaveProperty('data');
  expect(seen?.metadata.uid).toBeTruthy();
});

test('changes are seen, and each change is told once', async () => {
  const informer = informers.get(CONFIG_MAPS);
  const told: string[] = [];
  const unsubscribe = informer.subscribeKey(`${NAMESPACE}/one`, ({ current }) => {
    told.push(current ? 'there' : 'gone');
  });
  await create('one');
  await eventually('it is seen', () => has('one'));
  await remove('one');
  await eventually('its deletion is seen', () => !has('one'));
  unsubscribe();
  expect(told).toEqual(['there', 'gone']);
});

test('a cut connection resumes without a new list, and nothing is missed', async () => {
  await create('before-cut');
  await eventually('it is seen', () => has('before-cut'));
  const mark = testenv.audit.mark();
  proxy.cut();
  await create('during-cut');
  await remove('before-cut');
  proxy.open();
  await eventually('both changes are seen', () => has('during-cut') && !has('before-cut'));
  const lists = testenv.audit.requests({ since: mark, resource: 'configmaps', verbs: ['list'], userAgent: 'hearth' });
  expect(lists).toEqual([]);
});

test('a version that the server has forgotten (410) leads to a new list, which shows what was deleted meanwhile', async () => {
  await create('before-gap');
  await eventually('it is seen', () => has('before-gap'));
  proxy.cut();
  const mark = testenv.audit.mark();
  await remove('before-gap');
  await create('during-gap');
  await testenv.compact();
  await testenv.restart('apiserver');
  proxy.open();
  await eventually('both changes are seen', () => has('during-gap') && !has('before-gap'), { timeoutMs: 60_000 });
  const requests = testenv.audit.requests({ since: mark, resource: 'configmaps', userAgent: 'hearth' });
  expect(requests.some(({ verb }) => verb === 'list')).toBe(true);
});

test('an API server that is killed and comes back is found again', async () => {
  await testenv.kill('apiserver');
  await testenv.restart('apiserver');
  await create('after-kill');
  await eventually('the new object is seen', () => has('after-kill'), { timeoutMs: 60_000 });
});

test('a kind that is not served yet is empty, and appears when its CRD does', async () => {
  const late = { apiVersion: 'late.example.com/v1', kind: 'Late' };
  const informer = informers.get(late);
  await informer.synced;
  expect(informer.values()).toEqual([]);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'lates.late.example.com' },
    spec: {
      group: 'late.example.com',
      scope: 'Namespaced',
      names: { kind: 'Late', plural: 'lates', singular: 'late' },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
  await testenv.kubectl(['apply', '-f', '-'], { input: JSON.stringify(crd) });
  await testenv.kubectl(['wait', '--for=condition=Established', 'crd/lates.late.example.com', '--timeout=30s']);
  await testenv.kubectl(['apply', '-f', '-'], {
    input: JSON.stringify({ ...late, metadata: { name: 'one', namespace: NAMESPACE } }),
  });
  await eventually('the object is seen', () => informer.get(`${NAMESPACE}/one`), { timeoutMs: 60_000 });
  await testenv.kubectl(['delete', 'crd', 'lates.late.example.com']);
  await eventually('the kind is empty again', () => informer.values().length === 0, { timeoutMs: 60_000 });
});
