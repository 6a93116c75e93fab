import { describe, expect, test } from 'vitest';
import { ApiError, isConflict, type KubeStatus } from './errors.ts';
import { describeConflicts, fieldConflictsOf } from './field-conflict.ts';
import type { KubeObject, Manifest } from './object.ts';
import { explainForbidden, explainRefusal, wordsOf } from './refusal.ts';

type Causes = NonNullable<KubeStatus['details']>['causes'];

const invalid = (causes: Causes = [], message = 'it is invalid') =>
  new ApiError('PATCH /apis/apps/v1/namespaces/home/statefulsets/db', { code: 422, message, details: { causes } });

const manifest = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'home' },
  spec: { replicas: 3, serviceName: 'new', volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
} satisfies Manifest & { spec: unknown };
const live: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'home', uid: 'u', resourceVersion: '5' },
  spec: { replicas: 1, serviceName: 'old', volumeClaimTemplates: [{ metadata: { name: 'data' }, status: {} }] },
};

const messageOf = (error: unknown, before: KubeObject | undefined = live) => {
  const { reason, message } = explainRefusal(error, { manifest, live: before }) as { reason: string; message: string };
  return { reason, message };
};
const remedy = 'undo the change, or delete it, with what it holds, to have it made anew';

describe('a refused write', () => {
  test.each<{ name: string; cause: NonNullable<Causes>[number]; fields: string }>([
    {
      name: 'of a StatefulSet names the field that the server does not',
      cause: {
        field: 'spec',
        message: "Forbidden: updates to statefulset spec for fields other than 'replicas' and 'template' are forbidden",
      },
      fields: 'spec.serviceName',
    },
    {
      name: 'of a selector',
      cause: { field: 'spec.selector', message: 'Invalid value: {"matchLabels":{"a":"c: d"}}: field is immutable' },
      fields: 'spec.selector',
    },
    {
      name: 'of an address',
      cause: { field: 'spec.clusterIPs[0]', message: 'Invalid value: ["None"]: may not change once set' },
      fields: 'spec.clusterIPs[0]',
    },
    {
      name: 'of a claim, whose message goes on below',
      cause: { field: 'spec', message: 'Forbidden: spec is immutable after creation except x\n@@ -1,6 @@\n secret' },
      fields: 'spec.replicas, spec.serviceName',
    },
  ])('$name', ({ cause, fields }) => {
    const message = `StatefulSet home/db cannot be changed in ${fields}: ${remedy}`;
    expect(messageOf(invalid([cause]))).toEqual({ reason: 'ImmutableField', message });
  });

  test('that would have created something is not about a change', () => {
    const cause = { field: 'spec.selector', message: 'Invalid value: {}: field is immutable' };
    expect(explainRefusal(invalid([cause]), { manifest, live: undefined })).toMatchObject({ reason: 'Rejected' });
  });

  test('repeats no value, no request and no double', () => {
    const cause = { field: 'data[a]', message: 'Invalid value: "hunter2: \\"x\\"": must be shorter' };
    const message = 'StatefulSet home/db is refused by the API server: data[a]: must be shorter';
    expect(messageOf(invalid([cause, cause]))).toEqual({ reason: 'Rejected', message });
  });

  test('that does not fit the schema at all is refused for good, though the server calls it a fault of its own', () => {
    const text =
      'failed to create typed patch object (home/db; apps/v1, Kind=StatefulSet): .spec.x: field not declared';
    const error = new ApiError('PATCH /x', { code: 500, message: text });
    expect(messageOf(error)).toEqual({
      reason: 'Rejected',
      message: `StatefulSet home/db is refused by the API server: ${text}`,
    });
  });

  test('of a namesake that was made meanwhile is a lost race', () => {
    const error = invalid([{ field: 'metadata.uid', message: 'Invalid value: "u": field is immutable' }]);
    expect(isConflict(error)).toBe(true);
    expect(explainRefusal(error, { manifest, live })).toBe(error);
  });

  test('that passes by itself stays what it is', () => {
    const error = new ApiError('PATCH /x', { code: 503, message: 'busy' });
    expect(explainRefusal(error, { manifest, live })).toBe(error);
  });
});

describe('the words of an error', () => {
  test('are the request where the server says nothing', () => {
    expect(wordsOf(new ApiError('GET /x', { code: 502 }))).toBe('GET /x: HTTP 502');
  });

  test('are cut when they go on and on', () => {
    expect(wordsOf(new ApiError('GET /x', { code: 500, message: 'x'.repeat(2_000) })).length).toBeLessThan(510);
  });
});

describe('a missing right', () => {
  test.each([
    {
      message:
        'statefulsets.apps "db" is forbidden: User "system:serviceaccount:h:h" cannot patch resource "statefulsets" in API group "apps" in the namespace "home"',
      told: 'system:serviceaccount:h:h may not patch statefulsets.apps in namespace home: give it a role that allows it',
    },
    {
      message: 'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
      told: 'u may not list nodes in the whole cluster: give it a role that allows it',
    },
    {
      message: 'pods "x" is forbidden: exceeded quota: small, requested: pods=1',
      told: 'pods "x" is forbidden: exceeded quota: small, requested: pods=1',
    },
  ])('$told', ({ message, told }) => {
    expect(explainForbidden(new ApiError('PATCH /x', { code: 403, message }))).toBe(told);
  });
});

describe('field conflicts', () => {
  const causes = [
    { reason: 'FieldManagerConflict', message: 'conflict with "argo\\"cd"', field: '.data.b' },
    { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using v1', field: '.data.a' },
    { reason: 'FieldManagerConflict', message: 'conflict with "kubectl-edit" using v1', field: '.data.c' },
    { reason: 'Other', message: 'x', field: '.data.d' },
  ];
  const conflicts = fieldConflictsOf(new ApiError('PATCH /x', { code: 409, details: { causes } }));

  test('tell who applies and who only wrote', () => {
    expect(conflicts).toEqual([
      { field: 'data.b', manager: 'argo"cd', applies: true },
      { field: 'data.a', manager: 'kubectl-edit', applies: false },
      { field: 'data.c', manager: 'kubectl-edit', applies: false },
    ]);
  });

  test('are told by manager', () => {
    expect(describeConflicts(conflicts)).toBe('"argo"cd" (data.b) and "kubectl-edit" (data.a, data.c)');
  });

  test.each([new Error('x'), new ApiError('PATCH /x', { code: 409, message: 'the object has been modified' })])(
    'are none in %s',
    (error) => {
      expect(fieldConflictsOf(error)).toEqual([]);
    },
  );
});
