import { SUSPEND_ANNOTATION } from '../api/field-manager.ts';
import type { KubeObject } from '../api/object.ts';
import type { Condition } from '../conditions/conditions.ts';
import type { EventInput } from '../observe/events.ts';
import type { Status, Subject } from './subject.ts';

/** The condition that an object has while it is suspended, and at no other time. */
export const SUSPENDED = 'Suspended';

export const SUSPENDED_EVENT: EventInput = {
  type: 'Normal',
  reason: 'Suspended',
  note: `Nothing is changed any more, as the annotation ${SUSPEND_ANNOTATION} asks`,
};

export const RESUMED_EVENT: EventInput = {
  type: 'Normal',
  reason: 'Resumed',
  note: 'What has changed meanwhile is brought in line',
};

const MESSAGE = `Nothing is changed while the annotation ${SUSPEND_ANNOTATION} is true`;

/** Whether people have asked that an object be left alone. One that is being deleted is cleaned up all the same. */
export function isSuspended({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && metadata.annotations?.[SUSPEND_ANNOTATION] === 'true';
}

/**
 * What the status of a suspended object says: that it is, and beside that what the last run said. It is told of the
 * generation of that run, so that nobody takes an old `Ready` for one of a spec that was never looked at.
 */
export function suspendedStatus({ conditions, observedStatus }: Subject): Status {
  conditions.put(SUSPENDED, { status: 'True', reason: SUSPENDED, message: MESSAGE });
  if (!conditions.get('Ready')) {
    conditions.put('Ready', { status: 'Unknown', reason: SUSPENDED, message: 'It was suspended before its first run' });
  }
  return { ...observedStatus, conditions: conditions.list() };
}

/** @returns whether the object was suspended until now, and goes on. */
export function endSuspension({ conditions, object }: Subject): boolean {
  const was = isTrue(conditions.get(SUSPENDED));
  conditions.remove(SUSPENDED);
  return was && object.metadata.deletionTimestamp === undefined;
}

export function isTrue(condition: Condition | undefined): boolean {
  return condition?.status === 'True';
}
