import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, keyFor, type ObjectRef } from '../api/object.ts';
import type { StoreChange } from '../cache/store.ts';
import type { Cause, OwnChange } from '../cause.ts';

/** What a change of an object that is referred to means to whoever refers to it. */
export function referenceCause(
  ref: ObjectRef,
  { previous, current }: Pick<StoreChange, 'previous' | 'current'>,
): Cause {
  const happened = previous ? 'changed' : 'created';
  const generation = current?.metadata.generation;
  return {
    type: 'reference',
    kind: ref.kind,
    object: keyFor(ref.name, ref.namespace),
    change: current ? happened : 'deleted',
    resourceVersion: versionOf({ previous, current }),
    generation,
  };
}

/** What a change of an object of our own kinds means to itself. */
export function ownCause({ previous, current }: StoreChange): Cause {
  const change = current ? changeOf(previous, current) : 'deletion';
  return { type: 'object', change, resourceVersion: versionOf({ previous, current }) };
}

/** A write of somebody else that a newer one of ours has overtaken: the cache tells of it, but not which it was. */
const OVERTAKEN = 'unknown';

function versionOf({ previous, current }: Pick<StoreChange, 'previous' | 'current'>): string {
  return previous === current ? OVERTAKEN : ((current ?? previous)?.metadata.resourceVersion ?? OVERTAKEN);
}

function changeOf(previous: KubeObject | undefined, current: KubeObject): OwnChange {
  if (!previous || previous.metadata.uid !== current.metadata.uid) {
    return 'created';
  }
  if (current.metadata.deletionTimestamp && !previous.metadata.deletionTimestamp) {
    return 'deletion';
  }
  if (current.metadata.generation !== previous.metadata.generation) {
    return 'spec';
  }
  return isDeepStrictEqual(current.status, previous.status) ? 'metadata' : 'status';
}
