import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { ownCause, referenceCause } from './change-cause.ts';

function object(metadata: Partial<KubeObject['metadata']> = {}, status?: unknown): KubeObject {
  const meta = { name: 'a', namespace: 'home', uid: 'u', resourceVersion: '2', generation: 1, ...metadata };
  return { apiVersion: 'v1', kind: 'Domain', metadata: meta, status };
}

const before = object({ resourceVersion: '1' }, { ready: false });

describe('a change of the object itself', () => {
  test.each<{ change: string; previous: KubeObject | undefined; current: KubeObject | undefined }>([
    { change: 'created', previous: undefined, current: object() },
    { change: 'created', previous: before, current: object({ uid: 'another', generation: 5 }) },
    { change: 'spec', previous: before, current: object({ generation: 2 }, { ready: true }) },
    { change: 'status', previous: before, current: object({}, { ready: true }) },
    { change: 'metadata', previous: before, current: object({ labels: { a: 'b' } }, { ready: false }) },
    { change: 'deletion', previous: before, current: object({ deletionTimestamp: 'now', generation: 2 }) },
    { change: 'deletion', previous: object(), current: undefined },
  ])('is called $change', ({ change, previous, current }) => {
    expect(ownCause({ key: 'home/a', previous, current })).toEqual({ type: 'object', change, resourceVersion: '2' });
  });

  test('that a newer write of ours has overtaken has no version that could be taken for ours', () => {
    expect(ownCause({ key: 'home/a', previous: before, current: before })).toMatchObject({
      resourceVersion: 'unknown',
    });
  });
});

describe('a change of what is referred to', () => {
  const ref = { apiVersion: 'v1', kind: 'Domain', name: 'a', namespace: 'home' };
  test.each([
    { change: 'created', previous: undefined, current: object() },
    { change: 'changed', previous: before, current: object() },
    { change: 'deleted', previous: object(), current: undefined },
  ])('says that it was $change', ({ change, previous, current }) => {
    const cause = referenceCause(ref, { previous, current });
    expect(cause).toMatchObject({ type: 'reference', kind: 'Domain', object: 'home/a', change, resourceVersion: '2' });
  });
});
