import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FIELD_MANAGER } from './field-manager.ts';
import { reduceManagedFields } from './field-sets.ts';
import type { FieldSet, KubeObject } from './object.ts';

function objectWith(fieldsV1: FieldSet, manager: string = FIELD_MANAGER): KubeObject {
  const entry = { manager, operation: 'Apply', apiVersion: 'v1', time: 'now', fieldsType: 'FieldsV1', fieldsV1 };
  const metadata = { name: 'a', uid: 'u', resourceVersion: '1', managedFields: [entry] };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

const setIn = (object: KubeObject) => reduceManagedFields(object).metadata.managedFields?.[0]?.fieldsV1;

const path = fc.constantFrom('.', 'f:a', 'f:b', 'k:{"name":"x"}', 'k:{"uid":"1"}', 'f:__proto__x');
const { set } = fc.letrec<{ set: FieldSet }>((tie) => ({
  set: fc.oneof(
    { maxDepth: 4 },
    fc.constant({}),
    fc.dictionary(path, tie('set'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

describe('reduceManagedFields', () => {
  test('keeps our applied entries as far as they are read, and no others', () => {
    const ours = objectWith({ 'f:data': { 'f:a': {} } });
    expect(reduceManagedFields(ours).metadata.managedFields).toEqual([
      {
        manager: FIELD_MANAGER,
        operation: 'Apply',
        apiVersion: 'v1',
        time: 'now',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      },
    ]);
    expect(reduceManagedFields(objectWith({}, 'kubectl')).metadata.managedFields).toEqual([]);
  });

  test('keeps every set as it was', () => {
    fc.assert(
      fc.property(set, (fields) => {
        expect(setIn(objectWith(fields))).toEqual(fields);
      }),
    );
  });

  test('shares equal sets between objects, and what is equal in sets that name different owners', () => {
    const one = setIn(objectWith({ 'f:data': { 'f:a': {} }, 'f:meta': { 'k:{"uid":"1"}': {} } }));
    const two = setIn(objectWith({ 'f:data': { 'f:a': {} }, 'f:meta': { 'k:{"uid":"2"}': {} } }));
    expect(one).not.toEqual(two);
    expect(one?.['f:data']).toBe(two?.['f:data']);
    expect(setIn(objectWith({ 'f:data': { 'f:a': {} } }))).toBe(setIn(objectWith({ 'f:data': { 'f:a': {} } })));
  });
});
