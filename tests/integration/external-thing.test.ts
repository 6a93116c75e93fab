import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { externalThingDefinition } from '../../examples/external-thing/external-thing.ts';
import { EVENT_RULES, rulesFor } from '../../src/framework/rights/rules.ts';
import { compareRights, excusesIn, type Grant, refusalsIn, rulesIn } from '../../src/framework/testing/rights.ts';
import { startPostgres } from '../../testenv/src/postgres.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { conformanceTests, describeTrial } from '../conformance/trial.ts';
import { externalThing, rowsOn, tableOn } from '../harness/external-thing.ts';
import { loginOf, secret } from '../harness/postgres-login.ts';
import { query, usePostgres } from '../harness/postgres-server.ts';
import { useSuite } from '../harness/suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const declared = [...rulesFor(externalThingDefinition), ...EVENT_RULES];
const rights = rulesIn(declared);

/** What the operator needs for the example beside what it has for Hearth's own kinds. */
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'external-thing' } };
const RIGHTS = [
  { ...role, rules: rights },
  {
    ...role,
    kind: 'ClusterRoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'external-thing' },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];

const server = usePostgres();
const suite = useSuite({
  name: 'external-thing',
  operator: {
    entry: join(ROOT, 'tests/harness/definitions-operator.ts'),
    env: {
      HEARTH_TEST_DEFINITIONS: join(ROOT, 'examples/external-thing/external-thing.ts'),
      HEARTH_RECHECK_SECONDS: '1',
    },
  },
});
beforeAll(async () => await suite().apply(...RIGHTS, secret('server', loginOf(server()))));

/** Waits until the table has this value for a key. */
const rowSays = async (key: string, value: string | undefined) =>
  await eventually(`row ${key} says ${value}`, () => rowsOn(server()), { until: (rows) => rows[key] === value });

test('the row follows the spec, and goes with the object', async () => {
  await suite().apply(externalThing('one', 'first'));
  await suite().condition({ kind: 'externalthing', name: 'one' }, 'Ready', 'True');
  await rowSays('one', 'first');
  await suite().apply(externalThing('one', 'second'));
  await rowSays('one', 'second');
  await suite().kubectl('delete', 'externalthing', 'one', '-n', suite().namespace);
  expect(await rowsOn(server())).not.toHaveProperty('one');
});

test('what somebody changes in the table, or takes away, is put right when the operator looks again', async () => {
  await suite().apply(externalThing('drifting', 'right'));
  await rowSays('drifting', 'right');
  await query(server().url, "UPDATE things SET value = 'wrong' WHERE key = 'drifting'");
  await rowSays('drifting', 'right');
  await query(server().url, "DELETE FROM things WHERE key = 'drifting'");
  await rowSays('drifting', 'right');
});

test('a row of somebody else is neither changed nor removed, and the object says whose it is', async () => {
  await suite().apply(externalThing('holder', 'mine', 'wanted'));
  await rowSays('wanted', 'mine');
  await suite().apply(externalThing('rival', 'theirs', 'wanted'));
  const { message } = await suite().reason({ kind: 'externalthing', name: 'rival' }, 'TakenByAnother');
  expect(message).toContain(`/${suite().namespace}/holder: choose another spec.key`);
  await suite().kubectl('delete', 'externalthing', 'rival', '-n', suite().namespace);
  expect(await rowsOn(server())).toMatchObject({ wanted: 'mine' });
});

const trials: (() => readonly Grant[])[] = [];

describeTrial('the example of something outside the cluster', () => {
  const kindTrial = {
    surroundings: async () => {
      const own = await startPostgres();
      return { objects: [secret('server', loginOf(own))], outside: tableOn(own), stop: own.stop };
    },
  };
  const sample = externalThing('sample', 'kept');
  trials.push(conformanceTests({ definition: externalThingDefinition, sample, rights, kindTrial }));
});

testNeeding(
  'controllers',
  'pods',
  'audit',
)('its rights are exactly what it asks for', () => {
  const grants = trials.flatMap((read) => read());
  expect(refusalsIn(grants)).toEqual([]);
  expect(compareRights(rights, grants, excusesIn(declared))).toEqual([]);
});
