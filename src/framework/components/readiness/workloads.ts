import type { KubeObject } from '../../api/object.ts';
import { conditionOf, hasSeen, read, type WithConditions } from './observed.ts';
import { failed, firstOf, progressing, type Readiness } from './verdict.ts';

type Replicated = { readonly replicas: number };

type Replicas = WithConditions & {
  replicas: number;
  readyReplicas: number;
  availableReplicas: number;
  updatedReplicas: number;
  currentReplicas: number;
  fullyLabeledReplicas: number;
  currentRevision: string;
  updateRevision: string;
};

/** With this deadline the controller does not follow the progress of a rollout. */
const NO_DEADLINE = 2 ** 31 - 1;

const UNSEEN = progressing('NotObserved', 'its controller has not seen it yet');

function pods(count: number, of: number, state: string): string {
  return `${count} of ${of} ${of === 1 ? 'pod is' : 'pods are'} ${state}`;
}

/** Ready when the rollout of the current template has ended and every pod of it is available. */
export function judgeDeployment(object: KubeObject): Readiness {
  const { spec, status } = read<Replicated & { readonly progressDeadlineSeconds: number }, Replicas>(object);
  const { replicas: wanted = 1, progressDeadlineSeconds = NO_DEADLINE } = spec;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, readyReplicas = 0 } = status;
  const progress = conditionOf(object, 'Progressing');
  const isTracked = progressDeadlineSeconds !== NO_DEADLINE;
  const hasEnded = progress?.status === 'True' && progress.reason === 'NewReplicaSetAvailable';
  return firstOf(
    hasSeen(object, status.observedGeneration) === undefined && UNSEEN,
    progress?.reason === 'ProgressDeadlineExceeded' &&
      failed('ProgressDeadlineExceeded', `no progress any more, ${pods(readyReplicas, wanted, 'ready')}`),
    failureOf(object),
    updatedReplicas < wanted && progressing('Updating', pods(updatedReplicas, wanted, 'made from the latest template')),
    replicas > wanted && progressing('Updating', `${replicas - wanted} old pods are still there`),
    Math.min(replicas, readyReplicas, availableReplicas) < wanted &&
      progressing('PodsNotReady', pods(readyReplicas, wanted, 'ready')),
    isTracked && !hasEnded && progressing('Updating', 'the rollout has not ended'),
    conditionOf(object, 'Available')?.status !== 'True' && progressing('NotAvailable', 'it is not available yet'),
  );
}

type SetSpec = Replicated & {
  updateStrategy: { readonly type?: string; readonly rollingUpdate?: { readonly partition?: number } };
};

/** Ready when every pod is of the current revision and available. With `OnDelete`, old pods stay until somebody acts. */
export function judgeStatefulSet(object: KubeObject): Readiness {
  const { spec, status } = read<SetSpec, Replicas>(object);
  const { replicas: wanted = 1 } = spec;
  const { replicas = 0, readyReplicas = 0, availableReplicas = readyReplicas } = status;
  return firstOf(
    hasSeen(object, status.observedGeneration) === undefined && UNSEEN,
    Math.min(replicas, readyReplicas, availableReplicas) < wanted &&
      progressing('PodsNotReady', pods(readyReplicas, wanted, 'ready')),
    replicas > wanted && progressing('Updating', `${replicas - wanted} pods too many are still there`),
    rolloutOf(spec, status),
  );
}

/** How far the pods of a StatefulSet are from its latest revision. */
function rolloutOf({ replicas: wanted = 1, updateStrategy = {} }: Partial<SetSpec>, status: Partial<Replicas>) {
  const { partition = 0 } = updateStrategy.rollingUpdate ?? {};
  const { updatedReplicas = 0, currentReplicas = 0, currentRevision, updateRevision } = status;
  const toUpdate = Math.max(0, wanted - partition);
  if (updateStrategy.type === 'OnDelete') {
    return undefined;
  }
  if (updatedReplicas < toUpdate) {
    return progressing('Updating', pods(updatedReplicas, toUpdate, 'of the latest revision'));
  }
  const hasEnded = currentRevision === updateRevision && currentReplicas >= wanted;
  return partition === 0 && !hasEnded ? progressing('Updating', 'the rollout has not ended') : undefined;
}

/** Ready when every node that should have a pod has one of the current template, and it is available. */
export function judgeDaemonSet(object: KubeObject): Readiness {
  const { status } = read<
    unknown,
    WithConditions & {
      desiredNumberScheduled: number;
      currentNumberScheduled: number;
      updatedNumberScheduled: number;
      numberAvailable: number;
      numberReady: number;
    }
  >(object);
  const { desiredNumberScheduled: wanted, currentNumberScheduled: current = 0, numberReady = 0 } = status;
  const { updatedNumberScheduled: updated = 0, numberAvailable = 0 } = status;
  if (wanted === undefined || hasSeen(object, status.observedGeneration) === undefined) {
    return UNSEEN;
  }
  return firstOf(
    current < wanted && progressing('PodsMissing', pods(current, wanted, 'scheduled')),
    updated < wanted && progressing('Updating', pods(updated, wanted, 'made from the latest template')),
    Math.min(numberReady, numberAvailable) < wanted && progressing('PodsNotReady', pods(numberReady, wanted, 'ready')),
  );
}

/** Ready when it has as many available pods as it should. */
export function judgeReplicaSet(object: KubeObject): Readiness {
  const { spec, status } = read<Replicated, Replicas>(object);
  const wanted = spec.replicas ?? 1;
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0, fullyLabeledReplicas = 0 } = status;
  return firstOf(
    hasSeen(object, status.observedGeneration) === undefined && UNSEEN,
    failureOf(object),
    Math.min(readyReplicas, availableReplicas, fullyLabeledReplicas) < wanted &&
      progressing('PodsNotReady', pods(readyReplicas, wanted, 'ready')),
    replicas > wanted && progressing('Updating', `${replicas - wanted} pods too many are still there`),
  );
}

/** Ready when it can see what it scales and how busy that is, or was told not to scale. */
export function judgeAutoscaler(object: KubeObject): Readiness {
  const able = conditionOf(object, 'AbleToScale');
  const active = conditionOf(object, 'ScalingActive');
  const isOff = active?.reason === 'ScalingDisabled';
  return firstOf(
    !able && UNSEEN,
    able?.status === 'False' && progressing(able.reason || 'NotAbleToScale', able.message || 'it cannot scale'),
    active?.status === 'False' &&
      !isOff &&
      progressing(active.reason || 'NotActive', active.message || 'it has no metrics'),
  );
}

/** Ready when it has been looked at: whether a disruption is allowed right now is no matter of health. */
export function judgeDisruptionBudget(object: KubeObject): Readiness {
  const { status } = read(object);
  return firstOf(hasSeen(object, status.observedGeneration) === undefined && UNSEEN);
}

/** Pods that the server refuses, for a quota or an admission rule, are told in a condition. It keeps trying. */
function failureOf(object: KubeObject): Readiness | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  return failure?.status === 'True'
    ? progressing(failure.reason || 'ReplicaFailure', failure.message || 'pods cannot be made')
    : undefined;
}
