import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { changedFields } from './changed-fields.ts';

function object(parts: Record<string, unknown> = {}, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  const meta = { name: 'a', uid: 'u', resourceVersion: '1', ...metadata };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta, ...parts };
}

describe('changedFields', () => {
  test.each<{ name: string; before: unknown; after: unknown; paths: string[] }>([
    { name: 'a scalar', before: { replicas: 1 }, after: { replicas: 2 }, paths: ['spec.replicas'] },
    { name: 'a field that is new', before: {}, after: { a: { b: 1 } }, paths: ['spec.a'] },
    { name: 'a field that is gone', before: { a: 1, b: 1 }, after: { b: 1 }, paths: ['spec.a'] },
    {
      name: 'an item of a list by its name',
      before: { containers: [{ name: 'main', image: 'x' }] },
      after: { containers: [{ name: 'main', image: 'y' }] },
      paths: ['spec.containers[main].image'],
    },
    {
      name: 'an item by its type',
      before: { conditions: [{ type: 'Ready', status: 'False' }] },
      after: { conditions: [{ type: 'Ready', status: 'True' }] },
      paths: ['spec.conditions[Ready].status'],
    },
    {
      name: 'an item by its place',
      before: { args: ['a', 'b'] },
      after: { args: ['a', 'c'] },
      paths: ['spec.args[1]'],
    },
    {
      name: 'a key that has dots of its own',
      before: { labels: { 'a.b/c': '1' } },
      after: { labels: { 'a.b/c': '2' } },
      paths: ['spec.labels[a.b/c]'],
    },
    { name: 'nothing', before: { a: [1] }, after: { a: [1] }, paths: [] },
  ])('names $name', ({ before, after, paths }) => {
    expect(changedFields(object({ spec: before }), object({ spec: after }), {})).toEqual(paths);
  });

  test('leaves out what the server and we write to keep books', () => {
    const after = object({}, { resourceVersion: '2', generation: 2, annotations: { 'hearth.internal/applied': 'x' } });
    const before = object({}, { generation: 1, annotations: { 'hearth.internal/applied': 'y' } });
    expect(changedFields(before, after, {})).toEqual([]);
  });

  test('leaves out what others changed beside what was sent', () => {
    const before = object({ spec: { replicas: 1 }, status: { readyReplicas: 1 } });
    const after = object({ spec: { replicas: 2 }, status: { readyReplicas: 0 } });
    expect(changedFields(before, after, { spec: { replicas: 2 } })).toEqual(['spec.replicas']);
  });

  test('a whole part that is new counts as sent with its fields', () => {
    const after = object({ status: { stamp: 'x' } });
    expect(changedFields(object(), after, { status: { stamp: 'x' } })).toEqual(['status']);
  });

  test('names what was taken away when nothing that was sent differs', () => {
    const before = object({ data: { a: '1', b: '2' } });
    expect(changedFields(before, object({ data: { a: '1' } }), { data: { a: '1' } })).toEqual(['data.b']);
  });

  test('names no key and no value of a Secret', () => {
    const secret = (data: unknown) => ({ ...object({ data }), kind: 'Secret' });
    expect(changedFields(secret({ password: 'eA==' }), secret({ password: 'eQ==' }), {})).toEqual(['data']);
  });

  test('of many names only some', () => {
    const data = (value: string) => Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, value]));
    const paths = changedFields(object({ data: data('1') }), object({ data: data('2') }), { data: data('2') });
    expect(paths).toHaveLength(13);
    expect(paths.at(-1)).toBe('8 more');
  });

  test('of what was not there names nothing', () => {
    expect(changedFields(undefined, object(), {})).toEqual([]);
  });
});
