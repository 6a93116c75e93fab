import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import type { Condition } from '../conditions/conditions.ts';
import { statusFaults } from './status-check.ts';

const good: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'Kept',
  message: 'Everything is kept',
  lastTransitionTime: '2026-01-01T00:00:00Z',
  observedGeneration: 2,
};

function objectWith(conditions: readonly Partial<Condition>[], status: object = {}): KubeObject {
  const whole = conditions.map((condition) => ({ ...good, ...condition }));
  return {
    apiVersion: 'example.com/v1',
    kind: 'Sample',
    metadata: { name: 'a', uid: 'u', resourceVersion: '5', generation: 2 },
    status: { observedGeneration: 2, conditions: whole, ...status },
  };
}

const notReady = { status: 'False' } as const;

describe('statusFaults', () => {
  test.each<{ name: string; object: KubeObject }>([
    { name: 'no status yet', object: objectWith([], { observedGeneration: undefined, conditions: undefined }) },
    { name: 'a status that is ready', object: objectWith([{}, { type: 'Database' }]) },
    {
      name: 'one of an earlier generation',
      object: objectWith([{ observedGeneration: 1 }], { observedGeneration: 1 }),
    },
    { name: 'one that is on its way', object: objectWith([notReady, { type: 'Reconciling' }]) },
    { name: 'one that is stuck', object: objectWith([notReady, { type: 'Stalled' }]) },
  ])('finds nothing wrong with $name', ({ object }) => {
    expect(statusFaults(object)).toEqual([]);
  });

  test.each<{ fault: string; object: KubeObject }>([
    { fault: 'condition Ready is there twice', object: objectWith([{}, {}]) },
    { fault: 'observedGeneration 3 is ahead of generation 2', object: objectWith([{}], { observedGeneration: 3 }) },
    { fault: 'condition Ready is of generation 3, ahead of 2', object: objectWith([{ observedGeneration: 3 }]) },
    { fault: 'condition my-part has a type that is not CamelCase', object: objectWith([{}, { type: 'my-part' }]) },
    {
      fault: 'condition Ready has the reason "not ready", which is not CamelCase',
      object: objectWith([{ reason: 'not ready' }]),
    },
    { fault: 'condition Ready has the reason "", which is not CamelCase', object: objectWith([{ reason: '' }]) },
    { fault: 'condition Ready has the time "now"', object: objectWith([{ lastTransitionTime: 'now' }]) },
    { fault: 'condition Ready has a message that is too long', object: objectWith([{ message: 'a'.repeat(32_769) }]) },
    { fault: 'condition Ready has a message with a full stop: Done.', object: objectWith([{ message: 'Done.' }]) },
    {
      fault: 'condition Ready has a message with a time, which changes on every run: at 2026-01-01T10:00:00Z',
      object: objectWith([{ message: 'at 2026-01-01T10:00:00Z' }]),
    },
    { fault: 'there are conditions and none of them is Ready', object: objectWith([{ type: 'Database' }]) },
    { fault: 'conditions Ready and Reconciling are both True', object: objectWith([{}, { type: 'Reconciling' }]) },
    { fault: 'conditions Ready and Stalled are both True', object: objectWith([{}, { type: 'Stalled' }]) },
    {
      fault: 'conditions Reconciling and Stalled are both True',
      object: objectWith([notReady, { type: 'Reconciling' }, { type: 'Stalled' }]),
    },
    {
      fault: 'condition Stalled is False: it is to be absent unless it is True',
      object: objectWith([{}, { type: 'Stalled', status: 'False' }]),
    },
  ])('finds: $fault', ({ fault, object }) => {
    expect(statusFaults(object)).toEqual([fault]);
  });

  test('finds a condition that does not say of which generation it is', () => {
    const { observedGeneration: _left, ...condition } = good;
    const object = { ...objectWith([]), status: { conditions: [condition] } };
    expect(statusFaults(object)).toEqual(['condition Ready does not say of which generation it is']);
  });

  test('finds a transition time that moved although the status did not, and allows it when the status did', () => {
    const later = { lastTransitionTime: '2026-01-02T00:00:00Z' };
    const fault = 'condition Ready stayed True and its lastTransitionTime moved';
    expect(statusFaults(objectWith([later]), objectWith([{}]))).toEqual([fault]);
    expect(statusFaults(objectWith([later]), objectWith([notReady]))).toEqual([]);
  });

  test('does not compare with an object of the same name that was there before', () => {
    const before = objectWith([{}]);
    const other = { ...before, metadata: { ...before.metadata, uid: 'other' } };
    expect(statusFaults(objectWith([{ lastTransitionTime: '2026-01-02T00:00:00Z' }]), other)).toEqual([]);
  });
});
