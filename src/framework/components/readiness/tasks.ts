import type { KubeObject } from '../../api/object.ts';
import { conditionOf, read, type WithConditions } from './observed.ts';
import { failed, firstOf, progressing, READY, type Readiness } from './verdict.ts';

/** Ready when it has completed: whoever needs a Job needs its work. */
export function judgeJob(object: KubeObject): Readiness {
  const { spec, status } = read<
    { readonly parallelism: number; readonly completions: number; readonly suspend: boolean },
    { succeeded: number; startTime: string }
  >(object);
  const wanted = spec.completions ?? spec.parallelism ?? 1;
  const failure = conditionOf(object, 'Failed');
  return firstOf(
    conditionOf(object, 'Complete')?.status === 'True' && READY,
    failure?.status === 'True' && failed(failure.reason || 'JobFailed', failure.message || 'it has failed'),
    spec.suspend === true && progressing('Suspended', 'it is suspended'),
    status.startTime === undefined && progressing('NotStarted', 'it has not started yet'),
    progressing('Running', `${status.succeeded ?? 0} of ${wanted} ${wanted === 1 ? 'run has' : 'runs have'} succeeded`),
  );
}

/** There is nothing to wait for between the runs of a CronJob. */
export function judgeCronJob(): Readiness {
  return READY;
}

type PodStatus = WithConditions & {
  phase: string;
  message: string;
  reason: string;
  containerStatuses: readonly ContainerStatus[];
  initContainerStatuses: readonly ContainerStatus[];
};

type ContainerStatus = {
  readonly name: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
};

/** What a container waits for that is no trouble. */
const USUAL = ['ContainerCreating', 'PodInitializing'];

/** Ready when its containers are, or have ended well. */
export function judgePod(object: KubeObject): Readiness {
  const { status } = read<unknown, PodStatus>(object);
  const scheduled = conditionOf(object, 'PodScheduled');
  const isReady = status.phase === 'Running' && conditionOf(object, 'Ready')?.status === 'True';
  return firstOf(
    (isReady || status.phase === 'Succeeded') && READY,
    status.phase === 'Failed' && failed(status.reason || 'PodFailed', status.message || 'it has failed'),
    waitingContainer(status),
    scheduled?.status === 'False' &&
      progressing(scheduled.reason || 'Unschedulable', scheduled.message || 'no node takes it'),
    progressing('PodNotReady', status.phase === 'Running' ? 'it is running, but not ready' : 'it is not running yet'),
  );
}

function waitingContainer({ initContainerStatuses = [], containerStatuses = [] }: Partial<PodStatus>) {
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason } = state?.waiting ?? {};
    if (reason !== undefined && !USUAL.includes(reason)) {
      // The message names how long the kubelet waits and the pod's UID: it changes all the time.
      const verdict = reason === 'CrashLoopBackOff' ? failed : progressing;
      return verdict(reason, `container ${name}: ${reason}`);
    }
  }
  return undefined;
}

/** Ready when it is bound. Some classes bind a claim only when a pod uses it. */
export function judgeClaim(object: KubeObject): Readiness {
  const { status } = read<unknown, { phase: string }>(object);
  return firstOf(
    status.phase === 'Lost' && failed('VolumeLost', 'its volume is gone'),
    status.phase !== 'Bound' && progressing('NotBound', 'no volume is bound to it yet'),
  );
}
