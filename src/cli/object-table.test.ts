import { expect, test } from 'vitest';
import { type KubeObject, SUSPEND_ANNOTATION } from '../framework/framework.ts';
import { objectTable } from './object-table.ts';

const CREATED = '2026-01-01T00:00:00Z';

type Parts = { readonly metadata?: Partial<KubeObject['metadata']>; readonly conditions?: readonly object[] };

function secret({ metadata = {}, conditions = [] }: Parts): KubeObject {
  return {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'GenerateSecret',
    metadata: {
      name: 'keys',
      namespace: 'home',
      uid: 'u',
      resourceVersion: '1',
      generation: 2,
      creationTimestamp: CREATED,
      ...metadata,
    },
    status: { conditions },
  };
}

const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: 'It holds', observedGeneration: 2 };
const rowOf = (parts: Parts) => objectTable([secret(parts)], false, Date.parse(CREATED)).split('\n')[1];

test('an object shows what Ready says', () => {
  expect(objectTable([secret({ conditions: [ready] })], true, Date.parse(CREATED)).split('\n')).toEqual([
    'NAMESPACE   NAME                  READY   SUSPENDED   REASON   AGE   MESSAGE',
    'home        GenerateSecret/keys   True    False       Ready    0s    It holds',
  ]);
});

test('an object that nobody has looked at is not known to be ready', () => {
  expect(rowOf({})).toMatch(/ Unknown +False +NotObserved +0s +No operator has looked at it yet$/);
});

test('an answer to an earlier spec is none to this one', () => {
  const conditions = [{ ...ready, observedGeneration: 1 }];
  expect(rowOf({ conditions })).toMatch(
    / Unknown +False +NotObserved .*No operator has looked at the latest change yet$/,
  );
  const annotations = { [SUSPEND_ANNOTATION]: 'true' };
  expect(rowOf({ conditions, metadata: { annotations } })).toMatch(/ Unknown +True .*waits until it is resumed$/);
});

test('an object that is being deleted says so', () => {
  const metadata = { deletionTimestamp: CREATED };
  expect(rowOf({ conditions: [ready], metadata })).toMatch(/ False +False +Terminating +0s$/);
});
