import { expect, test } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { visibleText, writesOfRestart } from '../../../tests/harness/observations.ts';
import { useSuite } from '../../../tests/harness/suite.ts';

const suite = useSuite({ name: 'generate-secret' });

function generateSecret(name: string, spec: Record<string, unknown>, annotations: Record<string, string> = {}) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name, annotations }, spec };
}

test('values of every encoding have the length and alphabet that were asked for', async () => {
  const fields = [
    { name: 'default' },
    { name: 'hex', encoding: 'hex', length: 64 },
    { name: 'base64', encoding: 'base64', length: 64 },
    { name: 'digits', encoding: 'numeric', length: 6 },
    { name: 'text', encoding: 'utf8', length: 40 },
    { name: 'raw', encoding: 'binary', length: 24 },
    { name: 'user', value: 'admin@example.org' },
    { name: 'url', template: 'https://{{user|urlencode}}:{{ hex }}@host/' },
  ];
  await suite().apply(generateSecret('encodings', { fields }));
  await suite().condition({ kind: 'generatesecret', name: 'encodings' }, 'Ready', 'True');
  const values = await suite().secret('encodings');
  expect(values).toEqual({
    default: expect.stringMatching(/^[-_A-Za-z0-9]{32}$/),
    hex: expect.stringMatching(/^[0-9a-f]{64}$/),
    base64: expect.stringMatching(/^[+/A-Za-z0-9]{64}$/),
    digits: expect.stringMatching(/^[0-9]{6}$/),
    text: expect.stringMatching(/^[!-~]{40}$/),
    raw: expect.any(String),
    user: 'admin@example.org',
    url: `https://admin%40example.org:${values['hex']}@host/`,
  });
  const { data } = await suite().get('secret', 'encodings');
  expect(Buffer.from(data?.['raw'] ?? '', 'base64')).toHaveLength(24);
});

test('generated values stay, fixed ones follow the spec, and removed fields go', async () => {
  const { apply, secret } = bind();
  await apply(generateSecret('kept', { fields: [{ name: 'a' }, { name: 'b', value: 'one' }, { name: 'c' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'kept' }, 'Ready', 'True');
  const before = await secret('kept');
  await apply(
    generateSecret('kept', { fields: [{ name: 'a', length: 8 }, { name: 'b', value: 'two' }, { name: 'd' }] }),
  );
  const after = await eventually('the fields follow the spec', () => secret('kept'), {
    until: (s) => s['b'] === 'two',
  });
  expect(after).toEqual({ a: before['a'], b: 'two', d: expect.any(String) });
});

test('a Secret that was deleted by hand comes back with new values', async () => {
  await suite().apply(generateSecret('deleted', { fields: [{ name: 'a' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'deleted' }, 'Ready', 'True');
  await suite().kubectl('delete', 'secret', 'deleted', '-n', suite().namespace);
  await eventually('the Secret is back', async () => (await suite().secret('deleted'))['a']);
});

test('the rotation annotation makes new values once per value of the annotation', async () => {
  await suite().apply(generateSecret('rotated', { fields: [{ name: 'a' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'rotated' }, 'Ready', 'True');
  const before = await suite().secret('rotated');
  await suite().apply(generateSecret('rotated', { fields: [{ name: 'a' }] }, { 'hearth.internal/rotate': '1' }));
  const after = await eventually('the value is new', () => suite().secret('rotated'), {
    until: (secret) => secret['a'] !== undefined && secret['a'] !== before['a'],
  });
  await suite().apply(
    generateSecret('rotated', { fields: [{ name: 'a' }, { name: 'b' }] }, { 'hearth.internal/rotate': '1' }),
  );
  const later = await eventually('the new field is there', () => suite().secret('rotated'), { until: (s) => 'b' in s });
  expect(later['a']).toBe(after['a']);
});

test('a Secret of somebody else is left alone until adoption is asked for', async () => {
  const foreign = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'foreign' }, stringData: { a: 'theirs' } };
  await suite().apply(foreign, generateSecret('foreign', { fields: [{ name: 'a' }, { name: 'b' }] }));
  const { message } = await suite().reason({ kind: 'generatesecret', name: 'foreign' }, 'OwnedByAnother');
  expect(message).toContain(`Secret ${suite().namespace}/foreign exists and was not made by Hearth`);
  expect(await suite().secret('foreign')).toEqual({ a: 'theirs' });
  await suite().apply(generateSecret('foreign', { adopt: true, fields: [{ name: 'a' }, { name: 'b' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'foreign' }, 'Ready', 'True');
  expect(await suite().secret('foreign')).toEqual({ a: 'theirs', b: expect.any(String) });
});

test('an immutable Secret is made whole, and a later change is a condition that says why', async () => {
  await suite().apply(generateSecret('fixed', { immutable: true, fields: [{ name: 'a' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'fixed' }, 'Ready', 'True');
  expect((await suite().get('secret', 'fixed')) as { immutable?: boolean }).toHaveProperty('immutable', true);
  await suite().apply(generateSecret('fixed', { immutable: true, fields: [{ name: 'a' }, { name: 'b' }] }));
  const { message } = await suite().reason({ kind: 'generatesecret', name: 'fixed' }, 'ImmutableField');
  expect(message).toContain(`Secret ${suite().namespace}/fixed cannot be changed in data: `);
  await suite().kubectl('delete', 'generatesecret', 'fixed', '-n', suite().namespace);
});

test('applying the same manifest again changes nothing, and kubectl says so', async () => {
  const manifest = generateSecret('again', { fields: [{ name: 'a' }, { name: 'b', length: 8 }] });
  await suite().apply(manifest);
  await suite().condition({ kind: 'generatesecret', name: 'again' }, 'Ready', 'True');
  expect((await suite().secret('again'))['a']).toMatch(/^[-\w]{32}$/);
  const { stdout } = await suite().testenv.kubectl(['apply', '-n', suite().namespace, '-f', '-'], {
    input: JSON.stringify(manifest),
  });
  expect(stdout.trim()).toBe('generatesecret.homelab.mortenolsen.pro/again unchanged');
});

test('a Secret is not adopted from an object that lives', async () => {
  const kept = { fields: [{ name: 'a' }], deletionPolicy: 'Retain' };
  await suite().apply(generateSecret('holder', kept));
  await suite().condition({ kind: 'generatesecret', name: 'holder' }, 'Ready', 'True');
  const { namespace } = suite();
  const mark = `hearth.internal/kept-for=GenerateSecret/${namespace}/holder`;
  await suite().kubectl('create', 'secret', 'generic', 'wanted', '-n', namespace, '--from-literal=a=theirs');
  await suite().kubectl('annotate', 'secret', 'wanted', mark, '-n', namespace);
  await suite().apply(generateSecret('wanted', { ...kept, adopt: true }));
  const { message } = await suite().reason({ kind: 'generatesecret', name: 'wanted' }, 'OwnedByAnother');
  expect(message).toContain(`is kept for GenerateSecret/${namespace}/holder`);
  expect(await suite().secret('wanted')).toEqual({ a: 'theirs' });
  await suite().kubectl('delete', 'generatesecret', 'holder', '-n', namespace);
  await suite().kubectl('annotate', 'generatesecret', 'wanted', 'retry=now', '-n', namespace);
  await suite().condition({ kind: 'generatesecret', name: 'wanted' }, 'Ready', 'True');
  expect(await suite().secret('wanted')).toEqual({ a: 'theirs' });
});

test('mistakes are refused at admission, and a template of an unknown field gets a condition', async () => {
  await expect(suite().apply(generateSecret('no-fields', { fields: [] }))).rejects.toThrow(/fields/);
  await expect(suite().apply(generateSecret('no-length', { fields: [{ name: 'a', length: 0 }] }))).rejects.toThrow(
    /length/,
  );
  await expect(
    suite().apply(generateSecret('both', { fields: [{ name: 'a', value: 'x', template: 'y' }] })),
  ).rejects.toThrow(/at most one of value, template/);
  await suite().apply(generateSecret('template', { fields: [{ name: 'a', template: '{{nobody}}' }] }));
  const { message } = await suite().reason({ kind: 'generatesecret', name: 'template' }, 'UnknownField');
  expect(message).toBe('The template of a uses nobody, which is not a field with a value');
});

testNeeding('controllers')('the Secret goes with its object, and stays with deletionPolicy Retain', async () => {
  await suite().apply(
    generateSecret('goes', { fields: [{ name: 'a' }] }),
    generateSecret('stays', { fields: [{ name: 'a' }], deletionPolicy: 'Retain' }),
  );
  await suite().condition({ kind: 'generatesecret', name: 'goes' }, 'Ready', 'True');
  await suite().condition({ kind: 'generatesecret', name: 'stays' }, 'Ready', 'True');
  await suite().kubectl('delete', 'generatesecret', 'goes', 'stays', '-n', suite().namespace);
  await eventually('the Secret is gone', async () => (await suite().find('secret', 'goes')) === undefined);
  expect(await suite().secret('stays')).toEqual({ a: expect.any(String) });
});

test('values stand in no log, event or status', async () => {
  await suite().apply(generateSecret('silent', { fields: [{ name: 'a' }, { name: 'b', value: 'very-fixed-value' }] }));
  await suite().condition({ kind: 'generatesecret', name: 'silent' }, 'Ready', 'True');
  const values = Object.values(await suite().secret('silent'));
  expect(values).toHaveLength(2);
  const visible = await visibleText(suite(), 'generatesecrets');
  expect(values.filter((value) => visible.includes(value))).toEqual([]);
});

testNeeding('audit')('a restart writes nothing', async () => {
  expect(await writesOfRestart(suite(), ['GenerateSecret'])).toEqual([]);
});

function bind() {
  const current = suite();
  return { apply: current.apply.bind(current), secret: current.secret.bind(current) };
}
