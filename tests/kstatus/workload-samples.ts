import { condition, notLooked, object, type Sample, seen, UNSEEN } from './sample.ts';

const deployment = (status: object, spec: object = {}) => {
  const defaults = { replicas: 3, progressDeadlineSeconds: 600 };
  return object('apps/v1', 'Deployment', { spec: { ...defaults, ...spec }, status });
};
const rolledOut = [condition('Available', 'True'), condition('Progressing', 'True', 'NewReplicaSetAvailable')];
const allPods = { ...seen, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

const statefulSet = (status: object, spec: object = {}) =>
  object('apps/v1', 'StatefulSet', { spec: { replicas: 3, ...spec }, status });
const revisions = { currentReplicas: 3, currentRevision: 'a', updateRevision: 'a' };

const daemonSet = (status: object) => object('apps/v1', 'DaemonSet', { spec: {}, status });
const onAllNodes = {
  ...seen,
  desiredNumberScheduled: 2,
  currentNumberScheduled: 2,
  updatedNumberScheduled: 2,
  numberAvailable: 2,
  numberReady: 2,
};

const job = (status: object, spec: object = {}) =>
  object('batch/v1', 'Job', { spec: { completions: 1, ...spec }, status });
const pod = (status: object) => object('v1', 'Pod', { spec: {}, status });
const waiting = (reason: string) => ({
  phase: reason === 'CrashLoopBackOff' ? 'Running' : 'Pending',
  containerStatuses: [{ name: 'main', state: { waiting: { reason, message: 'back-off 5m0s of pod uid' } } }],
});

/** What runs: the kinds of `apps` and `batch`, and pods. */
export const WORKLOAD_SAMPLES: readonly Sample[] = [
  {
    what: 'a Deployment that is rolled out',
    object: deployment({ ...allPods, conditions: rolledOut }),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a Deployment that nobody has seen', object: deployment({}), state: 'progressing', reason: 'NotObserved' },
  {
    what: 'a Deployment with a change that nobody has seen',
    object: deployment({ ...allPods, observedGeneration: 1, conditions: rolledOut }),
    state: 'progressing',
    reason: 'NotObserved',
  },
  {
    what: 'a Deployment with pods that are not ready',
    object: deployment({
      ...allPods,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [condition('Progressing', 'True')],
    }),
    state: 'progressing',
    reason: 'PodsNotReady',
  },
  {
    what: 'a Deployment with pods of an old template',
    object: deployment({ ...allPods, updatedReplicas: 1, conditions: rolledOut }),
    state: 'progressing',
    reason: 'Updating',
  },
  {
    what: 'a Deployment with too many pods',
    object: deployment({ ...allPods, replicas: 4, conditions: rolledOut }),
    state: 'progressing',
    reason: 'Updating',
  },
  {
    what: 'a Deployment that makes no progress',
    object: deployment({
      ...allPods,
      readyReplicas: 0,
      availableReplicas: 0,
      conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded')],
    }),
    state: 'failed',
    reason: 'ProgressDeadlineExceeded',
  },
  {
    what: 'a Deployment whose pods are refused',
    object: deployment({ ...seen, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] }),
    state: 'progressing',
    reason: 'FailedCreate',
  },
  {
    what: 'a Deployment of no pods',
    object: deployment({ ...seen, conditions: rolledOut }, { replicas: 0 }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a Deployment without a deadline',
    object: deployment(
      { ...allPods, conditions: [condition('Available', 'True')] },
      { progressDeadlineSeconds: 2 ** 31 - 1 },
    ),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a StatefulSet that is rolled out',
    object: statefulSet({ ...allPods, ...revisions }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a StatefulSet that nobody has seen',
    object: statefulSet({}, { replicas: 0 }),
    state: 'progressing',
    reason: 'NotObserved',
    kstatus: notLooked(UNSEEN),
  },
  {
    what: 'a StatefulSet with pods that are not ready',
    object: statefulSet({ ...allPods, ...revisions, readyReplicas: 2 }),
    state: 'progressing',
    reason: 'PodsNotReady',
  },
  {
    what: 'a StatefulSet with pods that are ready for too short a time',
    object: statefulSet({ ...allPods, ...revisions, availableReplicas: 2 }, { minReadySeconds: 60 }),
    state: 'progressing',
    reason: 'PodsNotReady',
    kstatus: notLooked('kstatus does not look at minReadySeconds'),
  },
  {
    what: 'a StatefulSet in the middle of an update',
    object: statefulSet({ ...allPods, ...revisions, updatedReplicas: 1, currentReplicas: 2, updateRevision: 'b' }),
    state: 'progressing',
    reason: 'Updating',
  },
  {
    what: 'a StatefulSet that is updated up to its partition',
    object: statefulSet(
      { ...allPods, ...revisions, updatedReplicas: 1, updateRevision: 'b' },
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } },
    ),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a StatefulSet whose update waits for somebody to delete pods',
    object: statefulSet(
      { ...allPods, ...revisions, updatedReplicas: 0, updateRevision: 'b' },
      { updateStrategy: { type: 'OnDelete' } },
    ),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a DaemonSet on all nodes', object: daemonSet(onAllNodes), state: 'ready', reason: 'Ready' },
  { what: 'a DaemonSet that nobody has seen', object: daemonSet({}), state: 'progressing', reason: 'NotObserved' },
  {
    what: 'a DaemonSet that is not ready on a node',
    object: daemonSet({ ...onAllNodes, numberReady: 1, numberAvailable: 1 }),
    state: 'progressing',
    reason: 'PodsNotReady',
  },
  {
    what: 'a DaemonSet that is being updated',
    object: daemonSet({ ...onAllNodes, updatedNumberScheduled: 1 }),
    state: 'progressing',
    reason: 'Updating',
  },
  {
    what: 'a DaemonSet that misses a node',
    object: daemonSet({ ...onAllNodes, currentNumberScheduled: 1 }),
    state: 'progressing',
    reason: 'PodsMissing',
  },
  {
    what: 'a ReplicaSet with all pods',
    object: object('apps/v1', 'ReplicaSet', { spec: { replicas: 3 }, status: { ...allPods, fullyLabeledReplicas: 3 } }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a ReplicaSet whose pods are refused',
    object: object('apps/v1', 'ReplicaSet', {
      spec: { replicas: 3 },
      status: { ...seen, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate')] },
    }),
    state: 'progressing',
    reason: 'FailedCreate',
  },
  {
    what: 'a Job that is done',
    object: job({ startTime: '2026-01-01T00:00:00Z', succeeded: 1, conditions: [condition('Complete', 'True')] }),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a Job that has not started', object: job({}), state: 'progressing', reason: 'NotStarted' },
  {
    what: 'a Job that runs',
    object: job({ startTime: '2026-01-01T00:00:00Z', active: 1 }),
    state: 'progressing',
    reason: 'Running',
    kstatus: notLooked('whoever needs a Job needs its work, which kstatus does not wait for'),
  },
  {
    what: 'a Job that has failed',
    object: job({
      startTime: '2026-01-01T00:00:00Z',
      conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')],
    }),
    state: 'failed',
    reason: 'BackoffLimitExceeded',
  },
  { what: 'a Job that is suspended', object: job({}, { suspend: true }), state: 'progressing', reason: 'Suspended' },
  {
    what: 'a Pod that is ready',
    object: pod({ phase: 'Running', conditions: [condition('Ready', 'True')] }),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a Pod that has ended well', object: pod({ phase: 'Succeeded' }), state: 'ready', reason: 'Ready' },
  {
    what: 'a Pod that has failed',
    object: pod({ phase: 'Failed', reason: 'Evicted', message: 'too much memory' }),
    state: 'failed',
    reason: 'Evicted',
    kstatus: notLooked('kstatus asks whether a Pod has ended, not how'),
  },
  {
    what: 'a Pod whose container crashes',
    object: pod(waiting('CrashLoopBackOff')),
    state: 'failed',
    reason: 'CrashLoopBackOff',
  },
  {
    what: 'a Pod whose image is missing',
    object: pod(waiting('ImagePullBackOff')),
    state: 'progressing',
    reason: 'ImagePullBackOff',
  },
  {
    what: 'a Pod that is being started',
    object: pod(waiting('ContainerCreating')),
    state: 'progressing',
    reason: 'PodNotReady',
  },
  {
    what: 'a Pod that no node takes',
    object: pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] }),
    state: 'progressing',
    reason: 'Unschedulable',
    kstatus: { status: 'Failed', because: 'kstatus gives a Pod 15 seconds, and a node may come any time' },
  },
  { what: 'a Pod that nobody has seen', object: pod({}), state: 'progressing', reason: 'PodNotReady' },
];
