import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { attachTestenv, type Component, startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { configMap, isTrue, pod } from './manifests.ts';

// Faults would disturb every other test of this run, so they happen to a control plane of their own.
const reason = reasonAgainst(inject('testenv'), ['faults', 'pods']);
const title = `faults${reason === undefined ? '' : ` [skipped: ${reason}]`}`;

describe.skipIf(reason !== undefined)(title, () => {
  let testenv: Testenv;
  beforeAll(async () => {
    // Attached, as a worker that did not start the control plane would be.
    const started = await startTestenv({ thirdParties: false });
    testenv = { ...attachTestenv(started.handle), stop: started.stop, audit: started.audit };
  });
  afterAll(async () => {
    await testenv?.stop();
  });

  const inDefault = (resource: string) => `/api/v1/namespaces/default/${resource}`;
  const create = async (resource: string, body: object) => {
    const { status } = await testenv.request({ method: 'POST', path: inDefault(resource), body });
    expect(status).toBe(201);
  };
  const pidOf = async (component: string) => (await testenv.components())[component]?.pid;
  const podBecomesReady = async (name: string) => {
    await eventually(
      `pod ${name} is ready`,
      async () => (await testenv.request({ path: inDefault(`pods/${name}`) })).body,
      // A kwok that was restarted takes its node over only when the lease of the one before, 40 seconds, has run out.
      { until: (object) => isTrue(object, 'Ready'), timeoutMs: 90_000 },
    );
  };

  test('the apiserver restarts on the same address and everything else goes on', async () => {
    await create('configmaps', configMap('before'));
    const before = await pidOf('kube-apiserver');
    await testenv.restart('apiserver');
    expect(await pidOf('kube-apiserver')).not.toBe(before);
    expect((await testenv.request({ path: inDefault('configmaps/before') })).status).toBe(200);
    await create('pods', pod('after-restart'));
    await podBecomesReady('after-restart');
  });

  test('a killed apiserver refuses connections until it is restarted', async () => {
    await testenv.kill('apiserver');
    expect((await testenv.components())['kube-apiserver']?.state).toBe('stopped');
    await expect(testenv.request({ path: '/readyz' })).rejects.toThrow('ECONNREFUSED');
    await testenv.restart('apiserver');
    expect((await testenv.request({ path: '/readyz' })).status).toBe(200);
  });

  test('a paused apiserver accepts connections and does not answer until it is resumed', async () => {
    await testenv.pause('apiserver');
    expect((await testenv.components())['kube-apiserver']?.state).toBe('paused');
    await expect(testenv.request({ path: '/readyz', timeoutMs: 500 })).rejects.toThrow('timed out');
    await testenv.resume('apiserver');
    expect((await testenv.request({ path: '/readyz' })).status).toBe(200);
  });

  test('a pod waits for a killed scheduler', async () => {
    await testenv.kill('scheduler');
    await create('pods', pod('unscheduled'));
    expect((await testenv.request({ path: inDefault('pods/unscheduled') })).body.spec.nodeName).toBeUndefined();
    await testenv.restart('scheduler');
    await podBecomesReady('unscheduled');
  });

  test.each<Component>(['etcd', 'controller-manager', 'kwok'])(
    '%s restarts and pods still start',
    async (component) => {
      await testenv.restart(component);
      await create('pods', pod(`after-${component}`));
      await podBecomesReady(`after-${component}`);
    },
  );

  test('a watch from before a compaction is answered with 410 Gone', async () => {
    const list = await testenv.request({ path: inDefault('configmaps') });
    const old = list.body.metadata.resourceVersion;
    await create('configmaps', configMap('newer'));
    expect(await testenv.compact()).toBeGreaterThan(Number(old));
    await testenv.restart('apiserver'); // its own cache would still know the old revisions
    const path = `${inDefault('configmaps')}?watch=true&timeoutSeconds=5&resourceVersion=${old}`;
    const { body } = await testenv.request({ path });
    expect(body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });

  test('a mistake is answered with words', async () => {
    await expect(testenv.resume('nonsense' as Component)).rejects.toThrow('there is no component nonsense');
  });

  test('the audit log goes on over a restart', async () => {
    const since = testenv.audit.mark();
    await testenv.restart('apiserver');
    await testenv.request({ path: '/version', userAgent: 'after-the-restart' });
    expect(testenv.audit.requests({ since, userAgent: 'after-the-restart' })).toHaveLength(1);
  });
});
