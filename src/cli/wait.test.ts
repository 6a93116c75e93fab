import { describe, expect, test } from 'vitest';
import { type KubeObject, SUSPEND_ANNOTATION } from '../framework/framework.ts';
import { UsageError } from './exit-codes.ts';
import { lookForRun } from './reconcile.ts';
import { type Goal, goalOf, lookFor } from './wait.ts';
import { timeoutMsOf } from './waiting.ts';

function object(status: object, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  const metadata = { name: 'shop', namespace: 'home', uid: 'u', resourceVersion: '1', generation: 2, annotations };
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata, status };
}

const condition = (type: string, status: string, observedGeneration = 2) => {
  return { type, status, reason: 'Because', message: 'of this', observedGeneration };
};
const absent = (): never => {
  throw new Error('absent');
};
const look = (goal: Goal, conditions: readonly object[], annotations = {}) =>
  lookFor(goal, object({ conditions }, annotations), absent);

describe('what is waited for', () => {
  test.each<[string, Goal]>([
    ['ready', { type: 'condition', condition: 'Ready', status: 'True' }],
    ['deleted', { type: 'deleted' }],
    ['RoleReady', { type: 'condition', condition: 'RoleReady', status: 'True' }],
    ['Stalled=False', { type: 'condition', condition: 'Stalled', status: 'False' }],
  ])('is read from %s', (text, goal) => {
    expect(goalOf(text)).toEqual(goal);
  });

  test.each(['', 'done', 'Ready=yes', 'Ready=True=1'])('is refused as %o', (text) => {
    expect(() => goalOf(text)).toThrow(UsageError);
  });

  test.each(['', '5', 'soon', '-1s'])('is not limited by %o', (text) => {
    expect(() => timeoutMsOf(text)).toThrow(UsageError);
  });
});

describe('a look at an object', () => {
  test('is done when the condition is there for the spec as it is now', () => {
    expect(look(goalOf('ready'), [condition('Ready', 'True')])).toEqual({
      done: 'GenerateSecret home/shop has Ready=True (Because: of this)',
    });
    expect(look(goalOf('ready'), [condition('Ready', 'True', 1)])).toHaveProperty('until');
    expect(look(goalOf('ready'), [condition('Ready', 'False')])).toEqual({
      until: 'Ready is False (Because): of this',
    });
  });

  test('ends the wait when it is stalled or suspended, unless that is what is waited for', () => {
    const stalled = [condition('Ready', 'False'), condition('Stalled', 'True')];
    expect(() => look(goalOf('ready'), stalled)).toThrow('is stalled (Because): of this');
    expect(look(goalOf('Stalled'), stalled)).toHaveProperty('done');
    expect(look(goalOf('ready'), [condition('Ready', 'False'), condition('Stalled', 'True', 1)])).toHaveProperty(
      'until',
    );
    const annotations = { [SUSPEND_ANNOTATION]: 'true' };
    expect(() => look(goalOf('ready'), [condition('Ready', 'False')], annotations)).toThrow('hearth resume');
    expect(look(goalOf('ready'), [condition('Ready', 'True')], annotations)).toHaveProperty('done');
  });

  test('an object that is not there is what a deletion comes to, and the end of every other wait', () => {
    expect(lookFor(goalOf('deleted'), undefined, absent)).toEqual({ done: 'It is gone' });
    expect(look(goalOf('deleted'), [condition('Stalled', 'True')])).toHaveProperty('until');
    expect(() => lookFor(goalOf('ready'), undefined, absent)).toThrow('absent');
  });
});

describe('a run that was asked for', () => {
  const token = '2026-01-02T00:00:00.000Z';
  test.each([
    [undefined, 'until'],
    ['now', 'until'],
    ['2026-01-01T00:00:00.000Z', 'until'],
    [token, 'done'],
    ['2026-01-03T00:00:00.000Z', 'done'],
  ])('has been when %s was answered: %s', (lastHandledReconcileAt, expected) => {
    expect(lookForRun(token, object({ lastHandledReconcileAt }))).toHaveProperty(expected);
  });
});
