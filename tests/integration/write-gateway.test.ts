import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WriteGateway, type WriteResult } from '../../src/framework/api/apply.ts';
import { Discovery, objectPath } from '../../src/framework/api/discovery.ts';
import type { FieldConflict } from '../../src/framework/api/field-conflict.ts';
import { reduceManagedFields } from '../../src/framework/api/field-sets.ts';
import type { KubeObject, Manifest } from '../../src/framework/api/object.ts';
import type { Transport } from '../../src/framework/api/transport.ts';
import { troubleOf } from '../../src/framework/outcome.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { sharedTestenv } from '../harness/suite.ts';
import { transportTo } from '../harness/transport-to.ts';

const testenv = sharedTestenv();
const USER_AGENT = 'write-gateway-test';
let namespace: TestNamespace;
let transport: Transport;
let gateway: WriteGateway;
let owner: { kind: string; name: string; namespace: string; uid: string };

const transportOf = (kubeconfig: string) => transportTo(kubeconfig, { userAgent: USER_AGENT });

beforeAll(async () => {
  namespace = await createNamespace(testenv);
  transport = transportOf(testenv.kubeconfig);
  gateway = new WriteGateway({ transport, discovery: new Discovery(transport), onWrite: () => undefined });
  await kubectl('create', 'configmap', 'owner');
  const { metadata } = await find('configmap', 'owner');
  owner = { kind: 'ConfigMap', name: 'owner', namespace: namespace.name, uid: metadata.uid };
});
afterAll(async () => {
  transport.close();
  await namespace.delete();
});

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await testenv.kubectl([...args, '-n', namespace.name]);
  expect(code, stderr).toBe(0);
  return stdout;
}

async function find(kind: string, name: string): Promise<KubeObject & { data?: Record<string, string> }> {
  return JSON.parse(await kubectl('get', kind, name, '-o', 'json', '--show-managed-fields'));
}

/** As the cache would hold it. */
async function cached(kind: string, name: string): Promise<KubeObject> {
  return reduceManagedFields(await find(kind, name));
}

function ownerReferences() {
  return [{ apiVersion: 'v1', kind: owner.kind, name: owner.name, uid: owner.uid, controller: true }];
}

function configMap(name: string, data: Readonly<Record<string, string>>): Manifest & { data: object } {
  const metadata = { name, namespace: namespace.name, ownerReferences: ownerReferences() };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
}

/** Applies, and says what it came to and how many requests it took. */
async function apply(
  manifest: Manifest,
  live: KubeObject | undefined,
  options: { adopt?: boolean; onTakenBack?: (conflicts: readonly FieldConflict[]) => void } = {},
): Promise<{ result: WriteResult; requests: number }> {
  const since = testenv.audit.mark();
  const result = await gateway.apply(manifest, { live, owner, ...options });
  const requests = testenv.audit.requests({ since, userAgent: USER_AGENT, namespace: namespace.name });
  return { result, requests: requests.length };
}

/** The condition that a failed apply becomes. */
async function troubleWith(manifest: Manifest, live: KubeObject | undefined, options = {}): Promise<unknown> {
  return troubleOf(await gateway.apply(manifest, { live, owner, ...options }).catch((error: unknown) => error));
}

describe('creating', () => {
  testNeeding('audit')('takes one request, and so does the first change', async () => {
    expect(await apply(configMap('new', { a: '1' }), undefined)).toEqual({ result: 'created', requests: 1 });
    const live = await cached('configmap', 'new');
    expect(await apply(configMap('new', { a: '1' }), live)).toEqual({ result: 'unchanged', requests: 0 });
    expect(await apply(configMap('new', { b: '2' }), live)).toEqual({ result: 'updated', requests: 1 });
    expect((await find('configmap', 'new')).data).toEqual({ b: '2' });
  });

  test("never overwrites somebody else's object that the cache does not have yet", async () => {
    await kubectl('create', 'configmap', 'theirs', '--from-literal=a=theirs');
    const before = await find('configmap', 'theirs');
    expect(await troubleWith(configMap('theirs', { a: 'ours' }), undefined)).toMatchObject({
      reason: 'OwnedByAnother',
      message: `ConfigMap ${namespace.name}/theirs exists and was not made by Hearth: rename or delete one of the two`,
    });
    expect(await find('configmap', 'theirs')).toEqual(before);
  });

  test('goes on with an object of ours that the cache does not have yet', async () => {
    await apply(configMap('unseen', { a: '1' }), undefined);
    expect((await apply(configMap('unseen', { a: '1' }), undefined)).result).toBe('unchanged');
    expect((await apply(configMap('unseen', { a: '2' }), undefined)).result).toBe('updated');
    expect((await find('configmap', 'unseen')).data).toEqual({ a: '2' });
  });

  test('of a Secret fails when there is one, whatever it holds', async () => {
    await kubectl('create', 'secret', 'generic', 'theirs', '--from-literal=a=theirs');
    const { metadata } = configMap('theirs', {});
    const manifest = { apiVersion: 'v1', kind: 'Secret', metadata, data: { a: 'b3Vycw==' } };
    await expect(gateway.applyUnmarked(manifest, { live: undefined, owner })).rejects.toMatchObject({ code: 409 });
    expect((await find('secret', 'theirs')).data).toEqual({ a: 'dGhlaXJz' });
  });
});

describe('changing', () => {
  test('never hits a namesake that was made meanwhile, nor one that is gone', async () => {
    await apply(configMap('again', { a: '1' }), undefined);
    const stale = await cached('configmap', 'again');
    await kubectl('delete', 'configmap', 'again');
    expect(await troubleWith(configMap('again', { a: '2' }), stale)).toEqual({ kind: 'silent' });
    await kubectl('create', 'configmap', 'again', '--from-literal=a=theirs');
    expect(await troubleWith(configMap('again', { a: '2' }), stale)).toEqual({ kind: 'silent' });
    expect((await find('configmap', 'again')).data).toEqual({ a: 'theirs' });
  });

  test('takes back what others wrote into a child of ours, tells whose it was, and leaves their fields alone', async () => {
    await apply(configMap('child', { a: '1', b: '1' }), undefined);
    await kubectl('patch', 'configmap', 'child', '-p', '{"data": {"a": "x", "own": "x"}}', '--field-manager=editor');
    const theirs = { ...configMap('child', { b: 'y' }), metadata: { name: 'child' } };
    await testenv.kubectl(
      ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd', '-f', '-', '-n', namespace.name],
      {
        input: JSON.stringify(theirs),
      },
    );
    const told: FieldConflict[] = [];
    const live = await cached('configmap', 'child');
    const onTakenBack = (conflicts: readonly FieldConflict[]) => void told.push(...conflicts);
    expect((await apply(configMap('child', { a: '1', b: '1' }), live, { onTakenBack })).result).toBe('updated');
    expect(told).toEqual([
      { field: 'data.b', manager: 'argocd', applies: true },
      { field: 'data.a', manager: 'editor', applies: false },
    ]);
    expect((await find('configmap', 'child')).data).toEqual({ a: '1', b: '1', own: 'x' });
  });

  test('does not fight over an object that is adopted with somebody who applies to it', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { a: 'theirs' } };
    const args = ['apply', '--server-side', '--field-manager=argocd', '-f', '-', '-n', namespace.name];
    await testenv.kubectl(args, { input: JSON.stringify(manifest) });
    const live = await cached('configmap', 'shared');
    expect(await troubleWith(configMap('shared', { a: 'ours' }), live, { adopt: true })).toEqual({
      kind: 'stalled',
      reason: 'FieldConflict',
      message: `ConfigMap ${namespace.name}/shared is applied by "argocd" (data.a) too: take these fields out of what it applies, or take adopt back`,
    });
    expect((await find('configmap', 'shared')).data).toEqual({ a: 'theirs' });
    expect((await apply(configMap('shared', { b: 'ours' }), live, { adopt: true })).result).toBe('updated');
    expect((await find('configmap', 'shared')).data).toEqual({ a: 'theirs', b: 'ours' });
  });
});

type Wanted = { readonly apiVersion: string; readonly kind: string; readonly spec: object };

const labels = { app: 'x' };
const pod = (image: string) => ({ metadata: { labels }, spec: { containers: [{ name: 'a', image }] } });
const claim = (accessMode: string) => ({
  accessModes: [accessMode],
  resources: { requests: { storage: '1Gi' } },
  storageClassName: 'none',
});
const statefulSet = { serviceName: 'x', replicas: 0, selector: { matchLabels: labels }, template: pod('x:1') };
const job = (image: string) => ({
  suspend: true,
  template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image }] } },
});

describe('what cannot be changed', () => {
  test.each<{ what: string; kind: string; first: Wanted; second: object; fields: string }>([
    {
      what: 'the claims of a StatefulSet',
      kind: 'StatefulSet',
      first: { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: statefulSet },
      second: { ...statefulSet, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: claim('ReadWriteOnce') }] },
      fields: 'spec.volumeClaimTemplates',
    },
    {
      what: 'the address of a Service',
      kind: 'Service',
      first: { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
      second: { ports: [{ port: 80 }], clusterIP: 'None' },
      fields: 'spec.clusterIPs[0]',
    },
    {
      what: 'the template of a Job',
      kind: 'Job',
      first: { apiVersion: 'batch/v1', kind: 'Job', spec: job('x:1') },
      second: job('x:2'),
      fields: 'spec.template.spec',
    },
    {
      what: 'the access mode of a claim',
      kind: 'PersistentVolumeClaim',
      first: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: claim('ReadWriteOnce') },
      second: claim('ReadWriteMany'),
      fields: 'spec.accessModes',
    },
  ])('$what is named by its field', async ({ kind, first, second, fields }) => {
    const { metadata } = configMap('fixed', {});
    const manifest = { ...first, metadata };
    await gateway.apply(manifest, { live: undefined, owner });
    const trouble = await troubleWith({ ...manifest, spec: second } as Manifest, await cached(kind, 'fixed'));
    expect(trouble).toEqual({
      kind: 'stalled',
      reason: 'ImmutableField',
      message: `${kind} ${namespace.name}/fixed cannot be changed in ${fields}: undo the change, or delete it, with what it holds, to have it made anew`,
    });
  });
});

test('a missing right is told by verb, resource and namespace', async () => {
  await kubectl('create', 'serviceaccount', 'nobody');
  const kubeconfig = await serviceAccountKubeconfig(testenv, { namespace: namespace.name, name: 'nobody' });
  const weak = transportOf(kubeconfig);
  const discovery = new Discovery(transport);
  const powerless = new WriteGateway({ transport: weak, discovery, onWrite: () => undefined });
  const error: unknown = await powerless.apply(configMap('x', {}), { live: undefined, owner }).catch((each) => each);
  expect(troubleOf(error)).toEqual({
    kind: 'failed',
    reason: 'Forbidden',
    message: `system:serviceaccount:${namespace.name}:nobody may not patch configmaps in namespace ${namespace.name}: give it a role that allows it`,
  });
  await weak.close();
});

/** Everything that Kubernetes serves creates objects by the same rule; that is not written down, so it is looked at. */
test.each([
  { apiVersion: 'v1', kind: 'Namespace', cluster: true },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
  { apiVersion: 'apps/v1', kind: 'Deployment', spec: { selector: { matchLabels: labels }, template: pod('x:1') } },
  { apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: job('x') } } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {} } },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', rules: [] },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', spec: {} },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', spec: { secretName: 'a', issuerRef: { name: 'a' } } },
])('a guarded apply creates a $kind once and never again', async ({ cluster = false, ...content }) => {
  const name = cluster ? `${namespace.name}-guarded` : 'guarded';
  const ref = { name, ...(cluster ? {} : { namespace: namespace.name }) };
  const manifest = { ...content, metadata: { ...ref, resourceVersion: '1' } };
  const request = {
    method: 'PATCH' as const,
    path: objectPath(await new Discovery(transport).resolve(manifest), ref),
    body: manifest,
    contentType: 'application/apply-patch+yaml',
    query: { fieldManager: 'hearth', force: true },
  };
  const created = await transport.request<KubeObject>(request);
  expect(created.metadata.managedFields?.map(({ operation }) => operation) ?? []).not.toContain('Update');
  await expect(transport.request(request)).rejects.toMatchObject({ code: 409 });
  await transport.request({ method: 'DELETE', path: request.path });
});
