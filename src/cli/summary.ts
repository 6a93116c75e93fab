import { type Condition, isSuspended, type KubeObject } from '../framework/framework.ts';

/** How an object of ours is doing, in few words. */
export type Summary = {
  readonly ready: string;
  readonly suspended: boolean;
  readonly reason: string;
  readonly message: string;
};

/** The parts of a status that every kind of ours has. */
export type SeenStatus = {
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
};

/** The status of an object of ours; our CRDs describe it, so the server has checked its shape. */
export function statusOf({ status }: KubeObject): SeenStatus {
  return (status ?? {}) as SeenStatus;
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return statusOf(object).conditions?.find((condition) => condition.type === type);
}

/** Whether a condition is of the spec as it is now. */
export function isCurrent({ observedGeneration }: Condition, { metadata }: KubeObject): boolean {
  return observedGeneration === undefined || observedGeneration >= (metadata.generation ?? 0);
}

/** What `Ready` says; an answer to an earlier spec is none to this one. */
export function summaryOf(object: KubeObject): Summary {
  const suspended = isSuspended(object);
  const ready = conditionOf(object, 'Ready');
  const { deletionTimestamp } = object.metadata;
  if (!ready) {
    return { ready: 'Unknown', suspended, reason: 'NotObserved', message: 'No operator has looked at it yet' };
  }
  const { status, reason, message } = ready;
  if (deletionTimestamp) {
    return { ready: 'False', suspended, reason: 'Terminating', message: status === 'True' ? '' : message };
  }
  if (!isCurrent(ready, object)) {
    return { ready: 'Unknown', suspended, reason: 'NotObserved', message: notSeen(suspended) };
  }
  return { ready: status, suspended, reason, message };
}

function notSeen(suspended: boolean): string {
  return suspended ? 'The latest change waits until it is resumed' : 'No operator has looked at the latest change yet';
}
