import { describe, expect, test } from 'vitest';
import { fieldChanges } from './field-diff.ts';
import type { KubeObject } from './object.ts';

const metadata = { name: 'x', namespace: 'home', uid: 'u', resourceVersion: '1' };
const object = (parts: object, kind = 'ConfigMap'): KubeObject => ({ apiVersion: 'v1', kind, metadata, ...parts });

describe('fieldChanges', () => {
  test('names what was added, changed and taken away, in maps and lists', () => {
    const before = object({ spec: { a: 1, gone: true, list: [{ name: 'p', v: 1 }, { name: 'q' }], args: ['x'] } });
    const after = object({ spec: { a: 2, list: [{ name: 'p', v: 2 }], args: ['x', 'y'], 'a.b/c': {} } });
    expect(fieldChanges(before, after)).toEqual([
      { path: 'spec.a', before: '1', after: '2' },
      { path: 'spec.gone', before: 'true', after: undefined },
      { path: 'spec.list[name=p].v', before: '1', after: '2' },
      { path: 'spec.list[name=q].name', before: '"q"', after: undefined },
      { path: 'spec.args[1]', before: undefined, after: '"y"' },
      { path: 'spec["a.b/c"]', before: undefined, after: '{}' },
    ]);
  });

  test('shows a new object whole, without what the server adds of its own', () => {
    const after = {
      ...object({ data: { a: '1' } }),
      metadata: { ...metadata, generation: 1, labels: { 'k.io/l': 'v' } },
    };
    expect(fieldChanges(undefined, after)).toEqual([
      { path: 'metadata.labels["k.io/l"]', before: undefined, after: '"v"' },
      { path: 'data.a', before: undefined, after: '"1"' },
    ]);
  });

  test('shows no secret value, wherever it stands', () => {
    const copy = 'kubectl.kubernetes.io/last-applied-configuration';
    const secret = (parts: object) => ({
      ...object({ data: { same: 'c2FtZQ==', ...parts }, stringData: { ...parts } }, 'Secret'),
      metadata: { ...metadata, annotations: { [copy]: JSON.stringify(parts) } },
    });
    const changes = fieldChanges(secret({ a: 'hunter1', old: 'hunter2' }), secret({ a: 'hunter3', new: 'hunter4' }));
    expect(JSON.stringify(changes)).not.toContain('hunter');
    expect(changes).toContainEqual({ path: 'data.a', before: '(secret)', after: '(secret)' });
    expect(changes).toContainEqual({ path: 'data.old', before: '(secret)', after: undefined });
    expect(changes).toHaveLength(7);
  });

  test('sees a scalar that takes the place of a map, and emptiness', () => {
    const changes = fieldChanges(object({ spec: { a: { b: 1 }, c: [] } }), object({ spec: { a: 'x', c: [1] } }));
    expect(changes).toEqual([
      { path: 'spec.a', before: '{"b":1}', after: '"x"' },
      { path: 'spec.c', before: '[]', after: '[1]' },
    ]);
  });
});
