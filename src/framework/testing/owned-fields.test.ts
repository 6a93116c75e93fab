import { describe, expect, test } from 'vitest';
import type { FieldSet, KubeObject } from '../api/object.ts';
import { ownedFieldsOf } from './owned-fields.ts';

const leaf = {};

function objectWith(fieldsV1: FieldSet, entry: { manager?: string; subresource?: string } = {}): KubeObject {
  const managedFields = [{ manager: 'hearth', operation: 'Apply', fieldsV1, ...entry }];
  const object = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'a',
      uid: 'u',
      resourceVersion: '1',
      labels: { 'a/b': 'c' },
      finalizers: ['x', 'y'],
      managedFields,
    },
    spec: { replicas: 3, containers: [{ name: 'other' }, { name: 'web', image: 'nginx' }] },
  };
  return object;
}

describe('ownedFieldsOf', () => {
  test('names fields by their place in the field set, and points to where they stand', () => {
    const container = 'k:{"name":"web"}';
    const fields = {
      'f:metadata': { 'f:labels': { '.': leaf, 'f:a/b': leaf }, 'f:finalizers': { 'v:"y"': leaf } },
      'f:spec': { 'f:containers': { [container]: { '.': leaf, 'f:name': leaf, 'f:image': leaf } } },
    };
    expect(ownedFieldsOf(objectWith(fields))).toEqual([
      { id: '/f:metadata/f:labels/f:a/b', pointer: '/metadata/labels/a~1b', value: 'c', isIdentity: false },
      { id: '/f:metadata/f:finalizers/v:"y"', pointer: '/metadata/finalizers/1', value: 'y', isIdentity: true },
      {
        id: `/f:spec/f:containers/${container}`,
        pointer: '/spec/containers/1',
        value: { name: 'web', image: 'nginx' },
        isIdentity: true,
      },
      {
        id: `/f:spec/f:containers/${container}/f:name`,
        pointer: '/spec/containers/1/name',
        value: 'web',
        isIdentity: true,
      },
      {
        id: `/f:spec/f:containers/${container}/f:image`,
        pointer: '/spec/containers/1/image',
        value: 'nginx',
        isIdentity: false,
      },
    ]);
  });

  test('leaves out what is recorded and not there, what belongs to others, and the status', () => {
    expect(ownedFieldsOf(objectWith({ 'f:spec': { 'f:paused': leaf } }))).toEqual([]);
    const fields = { 'f:spec': { 'f:replicas': leaf } };
    expect(ownedFieldsOf(objectWith(fields))).toHaveLength(1);
    expect(ownedFieldsOf(objectWith(fields, { manager: 'somebody' }))).toEqual([]);
    expect(ownedFieldsOf(objectWith(fields, { subresource: 'status' }))).toEqual([]);
  });
});
