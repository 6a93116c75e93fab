import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { z } from 'zod';
import { Discovery } from '../../src/framework/api/discovery.ts';
import { compareResourceVersions } from '../../src/framework/api/object.ts';
import { Transport } from '../../src/framework/api/transport.ts';
import { Informers } from '../../src/framework/cache/informers.ts';
import { projectionOf } from '../../src/framework/cache/projection.ts';
import { createLogger } from '../../src/framework/observe/logger.ts';
import type { AuditMark } from '../../testenv/src/audit.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { applyAll, startWithoutFeature } from '../harness/own-cluster.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';

/** A control plane of its own: this file kills and restarts its API server. */
let testenv: Testenv;
let way: Awaited<ReturnType<typeof connectThroughProxy>>;
let proxy: TcpProxy;
let informers: Informers;

const test = testNeeding('audit', 'faults');

const CONFIG_MAPS = { apiVersion: 'v1', kind: 'ConfigMap' };
const NAMESPACE = 'informer';

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api' });
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  way = await connectThroughProxy(testenv);
  ({ proxy, informers } = way);
});

afterAll(async () => {
  await way.end();
  await testenv.stop();
});

/** A proxy before a control plane, and informers behind it. */
async function connectThroughProxy(to: Testenv, limits: { idleLimitMs?: number; graceMs?: number } = {}) {
  const through = new TcpProxy(Number(new URL(to.server).port));
  const port = await through.listen();
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(readFileSync(to.kubeconfig, 'utf8').replaceAll(to.server, `https://127.0.0.1:${port}`));
  const transport = new Transport(kubeConfig);
  const logger = createLogger({ level: 'error', format: 'text' });
  const options = { transport, discovery: new Discovery(transport), logger, namespaces: [NAMESPACE], ...limits };
  const made = new Informers(options);
  const end = async () => {
    await made.stop();
    transport.close();
    await through.close();
  };
  return { proxy: through, informers: made, end };
}

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

/** The starts of lists on the watch, and of lists by page, that the audit log has. */
function listsSince(mark: AuditMark) {
  const requests = testenv.audit.requests({ since: mark, resource: 'configmaps', userAgent: 'hearth' });
  const parameters = requests.map(({ uri }) => new URL(uri, testenv.server).searchParams);
  return {
    streamed: parameters.filter((each) => each.get('sendInitialEvents') === 'true').length,
    paged: parameters.filter((each) => each.has('limit')).length,
  };
}

test('a long list comes on the watch, object by object, in one request', async () => {
  await create(...Array.from({ length: 1_100 }, (_, index) => `many-${index}`));
  const mark = testenv.audit.mark();
  const informer = informers.get(CONFIG_MAPS);
  await informer.synced;
  expect(informer.values()).toHaveLength(1_100);
  expect(listsSince(mark)).toEqual({ streamed: 1, paged: 0 });
  expect(informer.values().every(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'ConfigMap')).toBe(true);
});

test('one informer serves all who ask for the same, or for less of the same', () => {
  expect(informers.get(CONFIG_MAPS)).toBe(informers.get({ ...CONFIG_MAPS }));
  expect(informers.get({ ...CONFIG_MAPS, projection: 'metadata' })).toBe(informers.get(CONFIG_MAPS));
  expect(informers.all()).toHaveLength(1);
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
  expect(listsSince(mark)).toEqual({ streamed: 0, paged: 0 });
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
  expect(listsSince(mark).streamed).toBeGreaterThan(0);
});

test('an API server that is killed and comes back is found again', async () => {
  await testenv.kill('apiserver');
  await testenv.restart('apiserver');
  await create('after-kill');
  await eventually('the new object is seen', () => has('after-kill'), { timeoutMs: 60_000 });
});

test('a line that is cut in the middle is not taken, and comes again whole', async () => {
  await eventually('the watch is open', () => informers.get(CONFIG_MAPS).freshness.connected, { timeoutMs: 60_000 });
  const mark = testenv.audit.mark();
  proxy.cutAfter(30_000);
  const metadata = { name: 'long', namespace: NAMESPACE };
  await applyAll(testenv, { ...CONFIG_MAPS, metadata, data: { text: 'x'.repeat(100_000) } });
  await eventually('the watch broke', () => !informers.get(CONFIG_MAPS).freshness.connected);
  expect(has('long')).toBe(false);
  proxy.open();
  await eventually('it is seen', () => has('long'), { timeoutMs: 60_000 });
  expect(informers.get(CONFIG_MAPS).get(`${NAMESPACE}/long`)).toMatchObject({ data: { text: 'x'.repeat(100_000) } });
  expect(listsSince(mark)).toEqual({ streamed: 0, paged: 0 });
});

test('a connection that is open but dead is given up, and nothing is missed', async () => {
  const impatient = await connectThroughProxy(testenv, { idleLimitMs: 2_000 });
  const informer = impatient.informers.get(CONFIG_MAPS);
  await informer.synced;
  await eventually('the watch is open', () => informer.freshness.connected);
  await create('before-silence');
  await eventually('it is seen', () => informer.get(`${NAMESPACE}/before-silence`));
  impatient.proxy.swallow();
  await create('during-silence');
  await remove('before-silence');
  await eventually(
    'both changes are seen',
    () => informer.get(`${NAMESPACE}/during-silence`) && !informer.get(`${NAMESPACE}/before-silence`),
    { timeoutMs: 60_000 },
  );
  await impatient.end();
});

test('tells how fresh it is', async () => {
  const informer = informers.get(CONFIG_MAPS);
  await create('fresh');
  const version = await eventually('it is seen', () => informer.get(`${NAMESPACE}/fresh`)?.metadata.resourceVersion);
  expect(informer.freshness).toMatchObject({ served: true, connected: true, unseenWrites: 0 });
  expect(compareResourceVersions(informer.freshness.resourceVersion, version ?? '')).toBeGreaterThanOrEqual(0);
  expect(informers.troubles()).toEqual([]);
  proxy.cut();
  await eventually('it is out of touch', () => !informer.freshness.connected && informer.lastError instanceof Error);
  proxy.open();
  await eventually('it is in touch again', () => informer.freshness.connected, { timeoutMs: 60_000 });
});

test('informers that start together all get there, although only a few list at a time', async () => {
  const many = await connectThroughProxy(testenv);
  const mark = testenv.audit.mark();
  const selections = Array.from({ length: 24 }, (_, index) => ({ ...CONFIG_MAPS, labelSelector: `app=a${index}` }));
  await Promise.all(selections.map((selection) => many.informers.get(selection).synced));
  expect(listsSince(mark).streamed).toBe(24);
  await many.end();
});

describe('an informer that nobody pins', () => {
  const watches = (since: AuditMark) =>
    testenv.audit.requests({ since, resource: 'configmaps', verbs: ['watch'], userAgent: 'hearth' }).length;

  test('ends with its last reader after a while of grace, and is started anew when somebody asks again', async () => {
    const brief = await connectThroughProxy(testenv, { graceMs: 50 });
    const mark = testenv.audit.mark();
    const [one, two] = [brief.informers.acquire(CONFIG_MAPS), brief.informers.acquire(CONFIG_MAPS)];
    expect(two.informer).toBe(one.informer);
    await one.informer.synced;
    one.release();
    one.release();
    await create('for-the-second-reader');
    await eventually('it goes on', () => two.informer.get(`${NAMESPACE}/for-the-second-reader`));
    two.release();
    await eventually('it has ended', () => brief.informers.all().length === 0 && !two.informer.freshness.connected);
    expect(watches(mark)).toBe(1);
    const again = brief.informers.acquire(CONFIG_MAPS);
    await again.informer.synced;
    expect(again.informer.get(`${NAMESPACE}/for-the-second-reader`)).toBeDefined();
    expect(watches(mark)).toBe(2);
    await brief.end();
  });

  test('goes on when somebody asks within the grace', async () => {
    const patient = await connectThroughProxy(testenv);
    const { informer, release } = patient.informers.acquire(CONFIG_MAPS);
    release();
    expect(patient.informers.acquire(CONFIG_MAPS).informer).toBe(informer);
    await patient.end();
  });
});

describe('a projection', () => {
  test('of metadata holds no content', async () => {
    const other = await connectThroughProxy(testenv);
    const informer = other.informers.get({ ...CONFIG_MAPS, projection: 'metadata' });
    const metadata = { name: 'content', namespace: NAMESPACE };
    await applyAll(testenv, { ...CONFIG_MAPS, metadata, data: { key: 'value' } });
    const seen = await eventually('it is seen', () => informer.get(`${NAMESPACE}/content`));
    expect(Object.keys(seen ?? {}).sort()).toEqual(['apiVersion', 'kind', 'metadata']);
    expect(seen?.metadata.uid).toBeTruthy();
    await other.end();
  });

  test('of some fields holds those only, serves who wants fewer, and not who wants more', async () => {
    const other = await connectThroughProxy(testenv);
    const projection = projectionOf(z.object({ data: z.object({ kept: z.string() }) }));
    const informer = other.informers.get({ ...CONFIG_MAPS, projection });
    const metadata = { name: 'fields', namespace: NAMESPACE };
    await applyAll(testenv, { ...CONFIG_MAPS, metadata, data: { kept: 'a', left: 'b' } });
    const seen = await eventually('it is seen', () => informer.get(`${NAMESPACE}/fields`));
    expect(seen).toMatchObject({ data: { kept: 'a' } });
    expect(JSON.stringify(seen)).not.toContain('left');
    expect(other.informers.get({ ...CONFIG_MAPS, projection: 'metadata' })).toBe(informer);
    expect(other.informers.get(CONFIG_MAPS)).not.toBe(informer);
    await other.end();
  });

  test('of Secrets is metadata or refused', () => {
    const secrets = { apiVersion: 'v1', kind: 'Secret' };
    const withType = projectionOf(z.object({ type: z.string() }));
    expect(() => informers.get(secrets)).toThrow('Secrets are held as metadata only');
    expect(() => informers.acquire({ ...secrets, projection: withType })).toThrow('Secrets are held as metadata only');
    expect(informers.all().some(({ selection }) => selection.kind === 'Secret')).toBe(false);
  });
});

describe('an API server that cannot list on the watch', () => {
  let old: Testenv;
  let end: () => Promise<void>;
  beforeAll(async () => {
    ({ testenv: old, end } = await startWithoutFeature('WatchList'));
    await old.kubectl(['create', 'namespace', NAMESPACE]);
  });
  afterAll(() => end());

  test('is asked once, then listed page by page, and a gap shows what was deleted in it', async () => {
    const names = Array.from({ length: 1_100 }, (_, index) => `many-${index}`);
    await applyAll(old, ...names.map((name) => ({ ...CONFIG_MAPS, metadata: { name, namespace: NAMESPACE } })));
    const way = await connectThroughProxy(old);
    const mark = old.audit.mark();
    const informer = way.informers.get(CONFIG_MAPS);
    await informer.synced;
    expect(informer.values()).toHaveLength(1_100);
    const requests = () =>
      old.audit
        .requests({ since: mark, resource: 'configmaps', userAgent: 'hearth', verbs: ['list', 'watch'] })
        .map(({ uri, code }) => ({ parameters: new URL(uri, old.server).searchParams, code }));
    const refused = requests().filter(({ parameters }) => parameters.has('sendInitialEvents'));
    expect(refused.map(({ code }) => code)).toEqual([422]);
    expect(requests().filter(({ parameters }) => parameters.get('limit') === '500')).toHaveLength(3);
    await eventually('the watch is open', () => informer.freshness.connected);
    way.proxy.cut();
    await old.kubectl(['delete', 'configmap', 'many-7', '-n', NAMESPACE]);
    await old.compact();
    await old.restart('apiserver');
    way.proxy.open();
    await eventually('the deletion is seen', () => !informer.get(`${NAMESPACE}/many-7`), { timeoutMs: 60_000 });
    expect(informer.values()).toHaveLength(1_099);
    await way.end();
  });
});
