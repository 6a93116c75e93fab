import type { KubeObject } from '../api/object.ts';
import { isWrong, type PartResult } from '../conditions/summary.ts';
import type { SubresourceResult } from '../subresource.ts';
import type { Component, ComponentReport, ComponentStatus } from './component.ts';
import { firstTrouble, type Readiness, readinessOf } from './readiness/readiness.ts';

const WAITING = 'WaitingForComponents';

/** A component that other components keep waiting. */
export function waitsFor(names: readonly string[]): SubresourceResult {
  return { ready: false, reason: WAITING, message: `waits for ${names.join(', ')}` };
}

/** How a component is doing by the rules of its kinds. */
export function standardOf<TInput>({ kinds }: Component<TInput>, objects: readonly KubeObject[]): Readiness {
  return firstTrouble(
    objects.map((object) => {
      const declared = kinds.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
      return readinessOf(object, declared);
    }),
  );
}

/** Nothing is tried again for an object that has failed: a watch tells when it has got over that. */
export function resultOf({ state, reason, message }: Readiness): SubresourceResult {
  return state === 'ready' ? { ready: true, reason } : { ready: false, stalled: state === 'failed', reason, message };
}

/**
 * For the summary, which tells of the first that is not ready: in list order, but those in trouble themselves before
 * those that only wait for them. The summary has one line for all, so each says which component it is about.
 */
export function byUrgency(parts: readonly PartResult[]): PartResult[] {
  const named = parts.map(withName);
  const isWaiting = ({ reason }: PartResult) => reason === WAITING;
  return [...named.filter((part) => !isWaiting(part)), ...named.filter(isWaiting)];
}

function withName(part: PartResult): PartResult {
  const { name, trouble } = part;
  const message = part.message && `${name}: ${part.message}`;
  return {
    ...part,
    message,
    trouble: trouble && trouble.kind !== 'silent' ? { ...trouble, message: message ?? '' } : trouble,
  };
}

/** As the kind gets to see it. */
export function reportOf(part: PartResult, objects: readonly KubeObject[]): ComponentReport {
  const { ready, trouble } = part;
  const isFailed = isWrong(trouble);
  const unready = isFailed ? 'failed' : 'waiting';
  return { ...statusOf(part), state: ready ? 'ready' : unready, objects };
}

/** As it stands in the status. */
export function statusOf({ name, ready, reason, message }: PartResult): ComponentStatus {
  return { name, ready, reason: reason ?? (ready ? 'Ready' : 'NotReady'), message: ready ? '' : (message ?? '') };
}
