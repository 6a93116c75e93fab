import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Conditions } from '../../src/framework/conditions/conditions.ts';
import { type PartResult, summarise } from '../../src/framework/conditions/summary.ts';
import { type KubeObject, type Readiness, readinessOf } from '../../src/framework/framework.ts';
import { createNamespace } from '../../testenv/src/namespaces.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { sharedTestenv } from '../harness/suite.ts';
import { buildKstatus, kstatusOf } from '../kstatus/kstatus.ts';
import { condition, object } from '../kstatus/sample.ts';
import { SAMPLES } from '../kstatus/samples.ts';
import { claim, deployment, job, pod, statefulSet } from '../testenv/manifests.ts';

/** kstatus' word for each of ours. */
const STATUS = { ready: 'Current', progressing: 'InProgress', failed: 'Failed' } as const;

/** Ours and kstatus' verdicts on objects, in its words; one that is going away is unfinished to us. */
async function verdictsOn(
  objects: readonly KubeObject[],
): Promise<{ object: KubeObject; ours: string; theirs: string }[]> {
  const theirs = await kstatusOf(objects);
  return objects.map((each, index) => {
    const status = theirs[index]?.status ?? 'none';
    return { object: each, ours: STATUS[readinessOf(each).state], theirs: status.replace('Terminating', 'InProgress') };
  });
}

beforeAll(buildKstatus, 300_000);

describe('kstatus agrees with us', () => {
  test('on every sample, but for those where we say why we are stricter', async () => {
    const verdicts = await verdictsOn(SAMPLES.map((sample) => sample.object));
    const wanted = SAMPLES.map(({ what, state, kstatus }) => `${what}: ${kstatus?.status ?? STATUS[state]}`);
    expect(verdicts.map(({ theirs }, index) => `${SAMPLES[index]?.what}: ${theirs}`)).toEqual(wanted);
    expect(verdicts.filter(({ ours, theirs }) => ours === 'Current' && theirs !== 'Current')).toEqual([]);
  });

  test('on every status that a workload could have: what is ready for us is current for it', async () => {
    const objects = fc.sample(workload, 3_000);
    const verdicts = await verdictsOn(objects);
    expect(verdicts.filter(({ ours, theirs }) => ours === 'Current' && theirs !== 'Current')).toEqual([]);
    expect(verdicts.filter(({ ours }) => ours === 'Current').length).toBeGreaterThan(50);
  });

  test('on every status that our own kinds get', async () => {
    const objects = fc.sample(ownObject, 500);
    for (const { object: each, ours, theirs } of await verdictsOn(objects)) {
      expect(ours, JSON.stringify(each.status)).toBe(theirs);
    }
  });
});

const count = fc.integer({ min: 0, max: 3 });
const optional = { requiredKeys: [] };
const rolledOut = [condition('Available', 'True'), condition('Progressing', 'True', 'NewReplicaSetAvailable')];
const stuck = [
  condition('Available', 'True'),
  condition('Progressing', 'False', 'ProgressDeadlineExceeded'),
  condition('ReplicaFailure', 'True', 'FailedCreate'),
];
const replicas = fc.record(
  {
    observedGeneration: fc.constantFrom(1, 2, 2, 2),
    replicas: count,
    readyReplicas: count,
    availableReplicas: count,
    updatedReplicas: count,
    currentReplicas: count,
    fullyLabeledReplicas: count,
    currentRevision: fc.constantFrom('a', 'b'),
    updateRevision: fc.constantFrom('a', 'b'),
    desiredNumberScheduled: count,
    currentNumberScheduled: count,
    updatedNumberScheduled: count,
    numberReady: count,
    numberAvailable: count,
    conditions: fc.constantFrom(rolledOut, stuck).chain((conditions) => fc.subarray(conditions)),
  },
  optional,
);
const workloadSpec = fc.record(
  {
    replicas: count,
    progressDeadlineSeconds: fc.constantFrom(600, 2 ** 31 - 1),
    updateStrategy: fc.constantFrom(
      {},
      { type: 'OnDelete' },
      { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
    ),
  },
  optional,
);
const workload = fc
  .record({
    kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'),
    spec: workloadSpec,
    // A pod that is counted as updated is counted at all.
    status: replicas.filter(({ updatedReplicas = 0, replicas = 0 }) => updatedReplicas <= replicas),
  })
  .map(({ kind, ...content }) => object('apps/v1', kind, content));

const part: fc.Arbitrary<PartResult> = fc.constantFrom<PartResult>(
  { name: 'A', ready: true },
  { name: 'B', ready: false },
  { name: 'C', ready: false, trouble: { kind: 'waiting', reason: 'MissingSecret', message: 'there is no Secret' } },
  { name: 'D', ready: false, trouble: { kind: 'failed', reason: 'Failed', message: 'it went wrong' } },
  { name: 'E', ready: false, trouble: { kind: 'stalled', reason: 'Rejected', message: 'it was refused' } },
);

/** An object of ours as one run after another leaves it; the spec may have changed since. */
const ownObject = fc
  .record({ runs: fc.array(fc.array(part), { minLength: 1, maxLength: 3 }), seen: fc.constantFrom(1, 2, 2) })
  .map(({ runs, seen }) => {
    const last = runs.reduce<Conditions>(
      (observed, parts) => {
        const conditions = new Conditions({ observed: observed.list(), generation: seen });
        summarise(conditions, parts, undefined);
        return conditions;
      },
      new Conditions({ observed: [], generation: seen }),
    );
    const status = { observedGeneration: seen, conditions: last.list() };
    return object('homelab.mortenolsen.pro/v1', 'GenerateSecret', { status });
  });

const withPods = testNeeding('controllers', 'pods', 'simulation');

withPods('kstatus agrees with us on real objects, from their creation until they are ready', async () => {
  const testenv = sharedTestenv();
  const namespace = await createNamespace(testenv, 'kstatus');
  const items = [
    deployment('web'),
    statefulSet('db', 'example/db:1'),
    job('once', 'example/job:1'),
    job('broken', 'job-fail/job:1'),
    claim('plain', 'standard'),
    pod('alone'),
  ];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await testenv.kubectl(['apply', '-n', namespace.name, '-f', '-'], { input });
  const seen = new Map<string, KubeObject>();
  const look = async (): Promise<Readiness[]> => {
    const args = [
      'get',
      'deploy,sts,job,pvc,pod,service,rs',
      '-n',
      namespace.name,
      '-o',
      'json',
      '--show-managed-fields',
    ];
    const { stdout } = await testenv.kubectl(args);
    const { items: objects } = JSON.parse(stdout) as { items: KubeObject[] };
    for (const each of objects) {
      seen.set(`${each.metadata.uid} ${each.metadata.resourceVersion}`, each);
    }
    return objects.filter(({ kind }) => kind !== 'Pod').map((each) => readinessOf(each));
  };
  await eventually('all are ready, and the broken Job has failed', look, {
    until: (all) =>
      all.length > 5 &&
      all
        .filter(({ state }) => state !== 'ready')
        .map(({ state }) => state)
        .join() === 'failed',
  });
  const verdicts = await verdictsOn([...seen.values()]);
  const last = verdicts.filter(({ ours }) => ours === 'Current').map(({ object: { kind } }) => kind);
  expect(new Set(last)).toEqual(
    new Set(['Deployment', 'Job', 'PersistentVolumeClaim', 'Pod', 'ReplicaSet', 'StatefulSet']),
  );
  expect(verdicts.filter(({ ours, theirs }) => ours === 'Current' && theirs !== 'Current')).toEqual([]);
  await namespace.delete();
});
