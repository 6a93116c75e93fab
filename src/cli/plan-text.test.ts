import { expect, test } from 'vitest';
import type { KubeObject, PlannedObject, PlannedWrite } from '../framework/framework.ts';
import { changeCount, planText } from './plan-text.ts';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', namespace: 'home' };
const object = (data: object): KubeObject & { data: object } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', namespace: 'home', uid: 'u', resourceVersion: '1' },
  data,
});
const write = (parts: Partial<PlannedWrite>): PlannedWrite => {
  return { ref, subresource: '', before: undefined, after: object({}), takes: [], ...parts };
};
const planned = (parts: Partial<PlannedObject>): PlannedObject => {
  return { ref, writes: [], external: [], unknown: [], result: 'success', reason: 'Ready', message: '', ...parts };
};

test('what is in place is only counted', () => {
  const plan = [planned({}), planned({})];
  expect(planText(plan)).toBe('Nothing would change (2 objects)');
  expect(changeCount(plan)).toBe(0);
});

test('changes stand under their object, with what is taken from whom', () => {
  const takes = [{ field: 'data.a', manager: 'kubectl', applies: false }];
  const update = write({ before: object({ a: '1', gone: 'x' }), after: object({ a: '2', made: 'y' }), takes });
  const plan = [
    planned({}),
    planned({ writes: [update], external: ['PostgreSQL: create role "x"'], unknown: ['more'] }),
  ];
  expect(planText(plan).split('\n')).toEqual([
    'ConfigMap home/x',
    '  update ConfigMap home/x',
    '    ~ data.a: "1" → "2"',
    '    - data.gone: "x"',
    '    + data.made: "y"',
    '    taken from "kubectl" (data.a)',
    '  PostgreSQL: create role "x"',
    '  ? cannot be told: more',
    '',
    '2 changes for 1 of 2 objects',
  ]);
});

test('trouble is told, also where nothing would change', () => {
  const plan = [planned({ result: 'stalled', reason: 'OwnedByAnother', message: 'it is theirs' })];
  expect(planText(plan)).toContain('  ! stalled: OwnedByAnother: it is theirs\n\nNothing would change');
});

test('a write that only changes who owns a field says so', () => {
  const plan = [planned({ writes: [write({ before: object({ a: '1' }), after: object({ a: '1' }) })] })];
  expect(planText(plan)).toContain('    (only who owns which field)');
});
