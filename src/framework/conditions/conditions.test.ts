import { beforeEach, describe, expect, test } from 'vitest';
import { type Condition, Conditions } from './conditions.ts';

const before = '2026-01-01T00:00:00Z';
const now = new Date('2026-11-20T10:20:30.456Z');
const stamp = '2026-11-20T10:20:30Z';

function condition(type: string, status: Condition['status'], observedGeneration = 1): Condition {
  return { type, status, reason: 'Old', message: 'old', lastTransitionTime: before, observedGeneration };
}

function conditionsOf(...observed: Condition[]): Conditions {
  return new Conditions({ observed, generation: 2, now: () => now });
}

let conditions: Conditions;

beforeEach(() => {
  conditions = conditionsOf(condition('Database', 'True'), condition('Ready', 'False'));
});

describe('Conditions', () => {
  test('begin with what is on the server, Ready first', () => {
    expect(conditions.list()).toEqual([condition('Ready', 'False'), condition('Database', 'True')]);
    expect(conditions.get('Database')).toEqual(condition('Database', 'True'));
    expect(conditions.get('Other')).toBeUndefined();
  });

  test('keep the order in which they first appeared', () => {
    conditions.put('B', { status: 'True' });
    conditions.put('A', { status: 'True' });
    conditions.put('Database', { status: 'False' });
    expect(conditions.list().map(({ type }) => type)).toEqual(['Ready', 'Database', 'B', 'A']);
  });

  test('a new condition has a time in whole seconds and the generation that is reconciled', () => {
    conditions.put('Route', { status: 'False', reason: 'NoGateway', message: 'There is no Gateway' });
    expect(conditions.get('Route')).toStrictEqual({
      type: 'Route',
      status: 'False',
      reason: 'NoGateway',
      message: 'There is no Gateway',
      lastTransitionTime: stamp,
      observedGeneration: 2,
    });
  });

  test('the transition time stays when only the reason and the message change', () => {
    conditions.put('Database', { status: 'True', reason: 'Migrated', message: 'new' });
    expect(conditions.get('Database')).toStrictEqual({
      type: 'Database',
      status: 'True',
      reason: 'Migrated',
      message: 'new',
      lastTransitionTime: before,
      observedGeneration: 2,
    });
  });

  test.each(['False', 'Unknown'] as const)('the transition time moves when the status becomes %s', (status) => {
    conditions.put('Database', { status });
    expect(conditions.get('Database')?.lastTransitionTime).toBe(stamp);
  });

  test.each([
    { status: 'True', reason: 'Database' },
    { status: 'False', reason: 'NotDatabase' },
    { status: 'Unknown', reason: 'Unknown' },
  ] as const)('a condition that is $status without a reason has the reason $reason', ({ status, reason }) => {
    conditions.put('Database', { status });
    expect(conditions.get('Database')).toMatchObject({ reason, message: '' });
  });

  test('without a generation no condition claims one', () => {
    const ungenerated = new Conditions({ observed: [], generation: undefined, now: () => now });
    ungenerated.put('Ready', { status: 'True' });
    expect(ungenerated.get('Ready')).not.toHaveProperty('observedGeneration');
  });

  test('can be set with await, as the authoring guide shows', async () => {
    await conditions.set('Ready', { status: 'True', reason: 'Up' });
    expect(conditions.get('Ready')).toMatchObject({ status: 'True', reason: 'Up' });
  });

  test('know which of them were set in this run', () => {
    expect(conditions.wasSet('Ready')).toBe(false);
    conditions.put('Ready', { status: 'False' });
    expect(conditions.wasSet('Ready')).toBe(true);
    expect(conditions.wasSet('Database')).toBe(false);
  });

  test('of an earlier spec go unless they are said again; those of this spec and of no generation stay', () => {
    const told = (type: string, generation?: number) => ({
      ...({ type, status: 'False', reason: 'Missing', message: '', lastTransitionTime: before } as const),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    });
    const observed = [told('Ready', 1), told('Login', 1), told('Content', 1), told('Server', 2), told('Foreign')];
    const later = new Conditions({ observed, generation: 2 });
    later.put('Ready', { status: 'True' });
    later.put('Content', { status: 'True' });
    later.removeOutdated();
    expect(later.list().map(({ type }) => type)).toEqual(['Ready', 'Content', 'Server', 'Foreign']);
  });

  test('can be removed', () => {
    conditions.remove('Database');
    conditions.remove('Never');
    expect(conditions.list().map(({ type }) => type)).toEqual(['Ready']);
  });

  test('a status that changes and changes back within a run has made no transition', () => {
    conditions.put('Ready', { status: 'True' });
    conditions.put('Ready', { status: 'False' });
    expect(conditions.get('Ready')?.lastTransitionTime).toBe(before);
  });

  test('a condition that is removed and set again as it was has made no transition', () => {
    conditions.remove('Database');
    conditions.put('Database', { status: 'True' });
    expect(conditions.get('Database')?.lastTransitionTime).toBe(before);
  });

  test('a condition that was set and removed counts as not set', () => {
    conditions.put('Ready', { status: 'True' });
    conditions.remove('Ready');
    expect(conditions.wasSet('Ready')).toBe(false);
  });
});
