import { beforeAll, expect, test } from 'vitest';
import { plan, planOf } from '../harness/planned.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'plan' });

function generateSecret(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name }, spec };
}

beforeAll(async () => {
  await suite().apply(generateSecret('keys', { fields: [{ name: 'a' }, { name: 'b', value: 'fixed-by-the-spec' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'keys' }, 'Ready', 'True');
});

test('where everything is in place, nothing would change', async () => {
  const { code, text } = await plan(suite(), '--all');
  expect(text).toBe('Nothing would change (1 object)\n');
  expect(code).toBe(0);
});

test('a changed object shows its fields, but no value of a Secret', async () => {
  const fields = [{ name: 'b', value: 'another-fixed-value' }, { name: 'c' }];
  const { code, text } = await planOf(suite(), generateSecret('keys', { fields }));
  expect(text).toContain(`update Secret ${suite().namespace}/keys\n`);
  expect(text).toContain('    - data.a: (secret)\n');
  expect(text).toContain('    ~ data.b: (secret), changed\n');
  expect(text).toContain('    + data.c: (secret)\n');
  const shown = [text, Buffer.from('another-fixed-value').toString('base64')];
  expect(shown[0]).not.toContain('another-fixed-value');
  expect(shown[0]).not.toContain(shown[1]);
  expect(code).toBe(2);
  expect(Object.keys(await suite().secret('keys')).sort()).toEqual(['a', 'b']);
});

test('what somebody else has written is named', async () => {
  await suite().stopOperator();
  const { namespace } = suite();
  await suite().kubectl('label', 'secret', 'keys', '-n', namespace, 'app.kubernetes.io/managed-by=me', '--overwrite');
  const drift = await plan(suite(), '--all');
  expect(drift.text).toContain('    ~ metadata.labels["app.kubernetes.io/managed-by"]: "me" → "hearth"\n');
  expect(drift.text).toContain('    taken from "kubectl-label" (metadata.labels.app.kubernetes.io/managed-by)\n');
  expect(drift.code).toBe(2);
  await suite().kubectl('create', 'secret', 'generic', 'theirs', '-n', namespace, '--from-literal=a=b');
  const refused = await planOf(suite(), generateSecret('theirs', { fields: [{ name: 'a' }] }));
  expect(refused.text).toContain('! stalled: OwnedByAnother: Secret');
  expect(refused.code).toBe(1);
});

test('a command that says nothing, or names a file that is none, is an error', async () => {
  expect(await plan(suite())).toMatchObject({ code: 64, errors: expect.stringContaining('either --all or -f') });
  expect(await plan(suite(), '-f', '/nowhere/none.yaml')).toMatchObject({
    code: 1,
    errors: expect.stringContaining('none.yaml'),
  });
});
