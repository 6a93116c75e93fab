import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import type { ComponentStatus } from '../../src/framework/framework.ts';
import { type AuditMark, writeVerbs } from '../../testenv/src/audit.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { requestsWhileIdle, runsOf, writesOfRestart, writesSince } from '../harness/observations.ts';
import { STACK_RIGHTS, WIDGETS } from '../harness/stack.ts';
import { conditionOf, useSuite } from '../harness/suite.ts';

const operator = {
  entry: join(import.meta.dirname, '../harness/definitions-operator.ts'),
  env: { HEARTH_TEST_DEFINITIONS: join(import.meta.dirname, '../harness/stack.ts') },
};

const suite = useSuite({ name: 'components', operator, withoutOperator: true });

beforeAll(async () => {
  await suite().apply(...STACK_RIGHTS);
  await suite().startOperator();
});

/** Its parts are ready when its pods are, and the audit log tells of order and silence. */
const withPods = testNeeding('controllers', 'pods', 'audit');
/** Some of its images make the simulated kubelet misbehave. */
const simulated = testNeeding('controllers', 'simulation', 'audit');

function stack(name: string, spec: Readonly<Record<string, unknown>> = {}) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'Stack', metadata: { name }, spec };
}

async function componentsOf(name: string): Promise<readonly ComponentStatus[]> {
  const { status } = await suite().get('stack', name);
  return (status?.['components'] ?? []) as readonly ComponentStatus[];
}

/** Waits until a component has a reason. */
async function component(name: string, part: string, reason: string): Promise<ComponentStatus> {
  const find = async () => (await componentsOf(name)).find((each) => each.name === part);
  // The watch on a kind that was missing asks again after half a minute at the latest.
  const seen = await eventually(`${part} of ${name} is ${reason}`, find, {
    timeoutMs: 90_000,
    until: (each) => each?.reason === reason,
  });
  return seen as ComponentStatus; // just seen by `until`
}

/** When the status of an object last changed: that of a Job, when it was done. */
function lastNewsOf(resource: string, name: string, since: AuditMark): number {
  const { audit } = suite().testenv;
  const changes = audit.requests({ namespace: suite().namespace, resource, name, verbs: writeVerbs, since });
  return changes.findLast(({ subresource }) => subresource === 'status')?.time.getTime() ?? Number.NaN;
}

async function becomesReady(name: string): Promise<void> {
  await suite().condition({ kind: 'stack', name }, 'Ready', 'True');
}

async function isGone(kind: string, name: string): Promise<void> {
  await eventually(`${kind} ${name} is gone`, async () => (await suite().find(kind, name)) === undefined);
}

describe('an object of several components', () => {
  withPods('is brought up in the order of needs, becomes Ready and falls silent', async () => {
    const mark = suite().testenv.audit.mark();
    await suite().apply(stack('a', { cache: true }));
    await becomesReady('a');
    const made = writesSince(suite(), mark).filter(({ name, subresource }) => name.startsWith('a-') && !subresource);
    const firstOf = (name: string) => made.findIndex((each) => each.name === name);
    expect(firstOf('a-config')).toBeLessThan(firstOf('a-database'));
    expect(firstOf('a-database')).toBeLessThan(firstOf('a-migration'));
    expect(firstOf('a-migration')).toBeLessThan(firstOf('a-web'));
    expect(lastNewsOf('jobs', 'a-migration', mark)).toBeLessThan(made[firstOf('a-web')]?.time.getTime() ?? 0);
    // It needs nothing, so it did not wait for those that wait.
    expect(firstOf('a-cache')).toBeLessThan(firstOf('a-database'));
    expect((await componentsOf('a')).map(({ name, ready, message }) => `${name} ${ready}${message}`)).toEqual([
      'web true',
      'migration true',
      'database true',
      'cache true',
      'config true',
    ]);
    expect(await requestsWhileIdle(suite(), ['Stack'])).toEqual([]);
  });

  withPods('owns what it makes, and says on each of which component it is', async () => {
    const { metadata } = await suite().get('stack', 'a');
    for (const [kind, name, part] of [
      ['statefulset', 'a-database', 'database'],
      ['service', 'a-web', 'web'],
      ['secret', 'a-login', 'config'],
    ] as const) {
      const child = await suite().get(kind, name);
      expect(child.metadata.ownerReferences).toMatchObject([{ kind: 'Stack', uid: metadata.uid, controller: true }]);
      expect(child.metadata.labels).toMatchObject({
        'hearth.internal/component': part,
        'hearth.internal/owner': metadata.uid,
        'app.kubernetes.io/managed-by': 'hearth',
      });
    }
    expect(await suite().secret('a-login')).toEqual({ user: 'stack' });
  });

  withPods('writes nothing after a restart', async () => {
    expect(await writesOfRestart(suite(), ['Stack'])).toEqual([]);
    await becomesReady('a');
  });

  withPods('gets back what somebody deletes or changes', async () => {
    await suite().kubectl('delete', 'deployment', 'a-web', '-n', suite().namespace);
    await eventually('the Deployment is back', () => suite().find('deployment', 'a-web'));
    await suite().kubectl('delete', 'secret', 'a-login', '-n', suite().namespace);
    await eventually('the Secret is back', () => suite().find('secret', 'a-login'));
    await suite().kubectl('label', 'service', 'a-web', 'hearth.internal/component-', '-n', suite().namespace);
    await eventually('the label is back', () => suite().get('service', 'a-web'), {
      until: ({ metadata }) => metadata.labels?.['hearth.internal/component'] === 'web',
    });
    await becomesReady('a');
  });

  withPods(
    'loses what is switched off, also while no operator runs, but keeps claims and what is not its own',
    async () => {
      await suite().apply(stack('b', { cache: true, files: true }));
      await becomesReady('b');
      const { metadata } = await suite().get('stack', 'b');
      const labels = { 'hearth.internal/component': 'cache', 'hearth.internal/owner': metadata.uid };
      const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b-theirs', labels } };
      await suite().apply(theirs);
      await suite().stopOperator();
      await suite().apply(stack('b', { cache: false, files: false }));
      await suite().startOperator();
      await isGone('deployment', 'b-cache');
      await isGone('configmap', 'b-files');
      await becomesReady('b');
      expect((await componentsOf('b')).map(({ name }) => name)).toEqual(['web', 'migration', 'database', 'config']);
      expect(await suite().find('persistentvolumeclaim', 'b-files')).toBeDefined();
      expect(await suite().find('configmap', 'b-theirs')).toBeDefined();
      expect(await suite().find('deployment', 'b-web')).toBeDefined();
      // What this very process has just made is found as well, although no watch tells of own writes.
      await suite().apply(stack('b', { files: true }));
      await eventually('b-files is back', () => suite().find('configmap', 'b-files'));
      await suite().apply(stack('b'));
      await isGone('configmap', 'b-files');
    },
  );

  simulated('tells what its parts wait for, and that none waits without need', async () => {
    await suite().apply(stack('c', { cache: true, databaseImage: 'bad/database:1' }));
    expect(await component('c', 'database', 'PodsNotReady')).toMatchObject({
      ready: false,
      message: `StatefulSet ${suite().namespace}/c-database: 0 of 1 pod is ready`,
    });
    expect(await component('c', 'migration', 'WaitingForComponents')).toMatchObject({ message: 'waits for database' });
    expect(await component('c', 'web', 'WaitingForComponents')).toMatchObject({ message: 'waits for migration' });
    expect(await component('c', 'cache', 'Ready')).toMatchObject({ ready: true });
    const { reason, message } = await suite().reason({ kind: 'stack', name: 'c' }, 'PodsNotReady');
    expect({ reason, message }).toEqual({
      reason: 'PodsNotReady',
      message: `database: StatefulSet ${suite().namespace}/c-database: 0 of 1 pod is ready`,
    });
    expect(conditionOf(await suite().get('stack', 'c'), 'Reconciling')?.status).toBe('True');
    expect(await suite().find('job', 'c-migration')).toBeUndefined();
    await suite().apply(stack('c', { cache: true }));
    await eventually('the StatefulSet has the good image', () => suite().get('statefulset', 'c-database'), {
      until: ({ spec }) => JSON.stringify(spec).includes('example/database:1'),
    });
    // A StatefulSet does not replace a pod that never became ready.
    await suite().kubectl('delete', 'pod', 'c-database-0', '-n', suite().namespace);
    await becomesReady('c');
  });

  simulated('stalls on a Job that failed, without a change to the other parts', async () => {
    await suite().apply(stack('d', { migrationImage: 'job-fail/migration:1' }));
    const { message } = await suite().condition({ kind: 'stack', name: 'd' }, 'Stalled', 'True');
    expect(message).toContain(`migration: Job ${suite().namespace}/d-migration: `);
    expect(await component('d', 'database', 'Ready')).toMatchObject({ ready: true });
    expect(await component('d', 'web', 'WaitingForComponents')).toMatchObject({ message: 'waits for migration' });
  });
});

describe('a change that the server does not allow', () => {
  withPods('is told with field and reason, and undone by undoing it', async () => {
    await suite().apply(stack('e'));
    await becomesReady('e');
    const { metadata } = await suite().get('job', 'e-migration');
    await suite().apply(stack('e', { migrationImage: 'example/migration:2' }));
    const { reason, message } = await suite().condition({ kind: 'stack', name: 'e' }, 'Stalled', 'True');
    expect({ reason, message }).toEqual({
      reason: 'ImmutableField',
      message:
        `migration: Job ${suite().namespace}/e-migration cannot be changed in spec.template: ` +
        'undo the change, or delete it, with what it holds, to have it made anew',
    });
    expect((await suite().get('job', 'e-migration')).metadata.uid).toBe(metadata.uid);
    await suite().apply(stack('e'));
    await becomesReady('e');
  });

  withPods('makes a Job anew where its component says so', async () => {
    const { metadata } = await suite().get('job', 'e-migration');
    await suite().apply(stack('e', { migrationImage: 'example/migration:2', recreate: true }));
    await eventually('another Job', () => suite().get('job', 'e-migration'), {
      until: (job) => job.metadata.uid !== metadata.uid,
    });
    await becomesReady('e');
  });

  withPods('makes a StatefulSet anew around its pods', async () => {
    await suite().apply(stack('f'));
    await becomesReady('f');
    const before = await suite().get('statefulset', 'f-database');
    const mark = suite().testenv.audit.mark();
    await suite().apply(stack('f', { databaseClaim: '1Gi' }));
    await eventually('another StatefulSet', () => suite().get('statefulset', 'f-database'), {
      until: (set) => set.metadata.uid !== before.metadata.uid,
    });
    await eventually('a claim', () => suite().find('persistentvolumeclaim', 'data-f-database-0'));
    await becomesReady('f');
    const deleted = writesSince(suite(), mark).filter(({ verb }) => verb === 'delete');
    expect(deleted.map(({ resource, name }) => `${resource} ${name}`)).toEqual(['statefulsets f-database']);
  });

  withPods('does not delete what would be refused as a new object as well', async () => {
    const before = await suite().get('job', 'e-migration');
    await suite().apply(stack('e', { migrationImage: '', recreate: true }));
    await suite().condition({ kind: 'stack', name: 'e' }, 'Stalled', 'True');
    expect((await component('e', 'migration', 'Rejected')).message).toContain('image');
    expect((await suite().get('job', 'e-migration')).metadata.uid).toBe(before.metadata.uid);
  });
});

describe('what stands in the way', () => {
  withPods('an object of somebody else of the same name is not touched', async () => {
    const theirs = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'g-config' }, data: { whose: 'theirs' } };
    await suite().apply(theirs);
    await suite().apply(stack('g'));
    const { message } = await suite().condition({ kind: 'stack', name: 'g' }, 'Stalled', 'True');
    expect(message).toContain(`config: ConfigMap ${suite().namespace}/g-config exists and was not made by Hearth`);
    const { data, metadata } = await suite().get('configmap', 'g-config');
    expect(data).toEqual({ whose: 'theirs' });
    expect(metadata.ownerReferences).toBeUndefined();
    expect(await component('g', 'database', 'WaitingForComponents')).toMatchObject({ message: 'waits for config' });
  });

  withPods('a part whose API is missing waits for it, and goes on when it comes', async () => {
    await suite().apply(stack('h', { widget: true }));
    const { message } = await component('h', 'widget', 'ApiMissing');
    expect(message).toBe('the API tests.hearth.internal/v1 Widget is not installed in this cluster');
    await component('h', 'web', 'Ready');
    const runs = await runsOf(suite(), 'Stack');
    const { group, version, kind, plural } = WIDGETS;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await suite().apply({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind, plural },
        versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
      },
    });
    expect(await component('h', 'widget', 'NotObserved')).toMatchObject({ ready: false });
    expect(await runsOf(suite(), 'Stack')).toBeGreaterThan(runs);
    const status = { conditions: [{ type: 'Ready', status: 'True' }] };
    const patch = JSON.stringify({ status });
    const args = ['-n', suite().namespace, '--subresource=status', '--type=merge', '-p', patch];
    await suite().kubectl('patch', `${plural}.${group}`, 'h-widget', ...args);
    await eventually('h is Ready', () => suite().get('stack', 'h'), {
      timeoutMs: 60_000,
      until: (object) => conditionOf(object, 'Ready')?.status === 'True',
    });
    await suite().kubectl('delete', 'crd', `${plural}.${group}`);
    await component('h', 'widget', 'ApiMissing');
  });
});

describe('the end', () => {
  withPods('comes for those first that need others, where the kind says so', async () => {
    await suite().apply(stack('i', { cache: true, isOrdered: true }));
    await becomesReady('i');
    const mark = suite().testenv.audit.mark();
    await suite().kubectl('delete', 'stack', 'i', '-n', suite().namespace);
    const deleted = writesSince(suite(), mark).filter(({ verb }) => verb === 'delete');
    const firstOf = (name: string) => deleted.findIndex((each) => each.name === name);
    const names = new Set(deleted.map(({ resource, name }) => `${resource} ${name}`));
    expect([...names].sort()).toEqual([
      'configmaps i-config',
      'deployments i-cache',
      'deployments i-web',
      'jobs i-migration',
      'secrets i-login',
      'services i-database',
      'services i-web',
      'statefulsets i-database',
    ]);
    expect(firstOf('i-web')).toBeLessThan(firstOf('i-migration'));
    expect(firstOf('i-migration')).toBeLessThan(firstOf('i-database'));
    expect(firstOf('i-database')).toBeLessThan(firstOf('i-config'));
    await isGone('configmap', 'i-config');
  });
});
