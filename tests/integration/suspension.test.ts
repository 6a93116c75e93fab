import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { RECONCILE_ANNOTATION, SUSPEND_ANNOTATION } from '../../src/framework/framework.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { writesSince } from '../harness/observations.ts';
import { STACK_RIGHTS } from '../harness/stack.ts';
import { conditionOf, type SeenObject, useSuite } from '../harness/suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const KINDS = ['tests/harness/stack.ts', 'src/resources/generate-secret/generate-secret.ts'];

const suite = useSuite({
  name: 'suspension',
  withoutOperator: true,
  operator: {
    entry: join(ROOT, 'tests/harness/definitions-operator.ts'),
    env: { HEARTH_TEST_DEFINITIONS: KINDS.map((path) => join(ROOT, path)).join(',') },
  },
});

const audited = testNeeding('audit');

function keys(name: string, fields: readonly string[], annotations: Readonly<Record<string, string>> = {}) {
  const spec = { fields: fields.map((field) => ({ name: field })) };
  return {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'GenerateSecret',
    metadata: { name, annotations },
    spec,
  };
}

const ref = (name: string) => ({ kind: 'generatesecret', name });

/** An object whose run is later news than everything before it. */
async function somethingElseHappens(name: string): Promise<void> {
  await suite().apply(keys(name, ['a']));
  await suite().condition(ref(name), 'Ready', 'True');
}

async function eventsOf(name: string, reason: string): Promise<number> {
  const { stdout } = await suite().kubectl('get', 'events.events.k8s.io', '-n', suite().namespace, '-o', 'json');
  type Event = { readonly reason: string; readonly regarding: { readonly name: string } };
  const { items } = JSON.parse(stdout) as { readonly items: readonly Event[] };
  return items.filter((event) => event.reason === reason && event.regarding.name === name).length;
}

const generationsOf = ({ metadata, status }: SeenObject) => [metadata.generation, status?.['observedGeneration']];

beforeAll(async () => {
  await suite().apply(...STACK_RIGHTS);
  await suite().startOperator();
});

audited('a suspended object is left alone until it is resumed, and then brought in line', async () => {
  const { namespace, testenv } = suite();
  await suite().apply(keys('held', ['a']));
  await suite().condition(ref('held'), 'Ready', 'True');
  await suite().apply(keys('held', ['a'], { [SUSPEND_ANNOTATION]: 'true' }));
  await suite().condition(ref('held'), 'Suspended', 'True');
  const mark = testenv.audit.mark();
  const asked = { [SUSPEND_ANNOTATION]: 'true', [RECONCILE_ANNOTATION]: 'now' };
  await suite().apply(keys('held', ['a', 'b'], asked));
  await suite().condition(ref('held'), 'Suspended', 'True'); // of the new generation
  await suite().kubectl('delete', 'secret', 'held', '-n', namespace);
  await somethingElseHappens('later');
  const writes = writesSince(suite(), mark).filter(({ name, resource }) => name === 'held' && resource !== 'events');
  expect(writes.map(({ resource, subresource }) => `${resource}/${subresource}`)).toEqual(['generatesecrets/status']);
  const held = await suite().get('generatesecret', 'held');
  expect(conditionOf(held, 'Ready')).toMatchObject({ status: 'True', observedGeneration: 1 });
  expect(generationsOf(held)).toEqual([2, 1]);
  expect(held.status?.['lastHandledReconcileAt']).toBeUndefined();

  await suite().kubectl('annotate', 'generatesecret', 'held', '-n', namespace, `${SUSPEND_ANNOTATION}-`);
  const ready = await suite().condition(ref('held'), 'Ready', 'True');
  expect(ready.message).toBe('Secret held holds 2 fields');
  const resumed = await suite().get('generatesecret', 'held');
  expect(conditionOf(resumed, 'Suspended')).toBeUndefined();
  expect(generationsOf(resumed)).toEqual([2, 2]);
  expect(resumed.status?.['lastHandledReconcileAt']).toBe('now');
  expect(Object.keys(await suite().secret('held')).sort()).toEqual(['a', 'b']);
  await eventually('both changes were told', async () => {
    expect([await eventsOf('held', 'Suspended'), await eventsOf('held', 'Resumed')]).toEqual([1, 1]);
    return true;
  });
});

audited('an object that is made suspended has no run, nor has it one after a restart', async () => {
  await suite().apply(keys('new', ['a'], { [SUSPEND_ANNOTATION]: 'true' }));
  await suite().condition(ref('new'), 'Suspended', 'True');
  expect(conditionOf(await suite().get('generatesecret', 'new'), 'Ready')).toMatchObject({
    status: 'Unknown',
    reason: 'Suspended',
  });
  await suite().stopOperator();
  const mark = suite().testenv.audit.mark();
  await suite().startOperator();
  await somethingElseHappens('after-restart');
  const writes = writesSince(suite(), mark).filter(({ name }) => name === 'new');
  expect(writes).toEqual([]);
  expect(await suite().find('secret', 'new')).toBeUndefined();
});

audited('a suspended object can be deleted, and is cleaned up as any other', async () => {
  const { namespace } = suite();
  const spec = { isOrdered: true };
  await suite().apply({ apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'Stack', metadata: { name: 'gone' }, spec });
  await eventually('something was made', async () => await suite().find('configmap', 'gone-config'));
  await suite().kubectl('annotate', 'stack', 'gone', '-n', namespace, `${SUSPEND_ANNOTATION}=true`);
  await suite().condition({ kind: 'stack', name: 'gone' }, 'Suspended', 'True');
  await suite().kubectl('delete', 'stack', 'gone', '-n', namespace, '--timeout=60s');
  await eventually('its parts are gone', async () => !(await suite().find('configmap', 'gone-config')));
});

audited('a run that is asked for by the annotation is answered in the status, and only once', async () => {
  const { namespace, testenv } = suite();
  await somethingElseHappens('asked');
  const ask = async (value: string) =>
    await suite().kubectl(
      'annotate',
      'generatesecret',
      'asked',
      '-n',
      namespace,
      '--overwrite',
      `${RECONCILE_ANNOTATION}=${value}`,
    );
  const answered = async () => (await suite().get('generatesecret', 'asked')).status?.['lastHandledReconcileAt'];
  await ask('one');
  await eventually('it is answered', answered, { until: (value) => value === 'one' });
  const mark = testenv.audit.mark();
  await ask('two');
  await eventually('it is answered again', answered, { until: (value) => value === 'two' });
  await somethingElseHappens('after-asked');
  const writes = writesSince(suite(), mark).filter(({ name }) => name === 'asked');
  expect(writes.map(({ resource, subresource }) => `${resource}/${subresource}`)).toEqual(['generatesecrets/status']);
});
