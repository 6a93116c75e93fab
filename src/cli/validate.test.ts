import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hearth } from '../../tests/harness/command-line.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-validate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, ...specs: readonly object[]): string {
  const objects = specs.map((spec, index) => {
    const metadata = { name: `keys-${index}`, namespace: 'home' };
    return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata, spec };
  });
  const path = join(folder, name);
  writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return path;
}

test('what is wrong is told field by field, in the words of a rule, or in those of the kind', async () => {
  const path = file(
    'wrong.yaml',
    { fields: [{ name: 'a' }] },
    { fields: [{ name: 'a', lenght: 3 }], deletionPolicy: 'Maybe' },
    { fields: [{ name: 'a', value: 'x', template: 'y' }] },
    { fields: [{ name: 'a', template: '{{nope}}' }] },
  );
  expect(await hearth('validate', '-f', path)).toEqual({
    code: 1,
    stderr: '',
    stdout: `${[
      'GenerateSecret home/keys-0 is valid',
      'GenerateSecret home/keys-1 is not valid',
      '  - spec.fields[0].lenght is not a field of this kind',
      '  - spec.deletionPolicy must be one of "Delete", "Retain"',
      'GenerateSecret home/keys-2 is not valid',
      '  - spec.fields[0] at most one of value, template must be set',
      'GenerateSecret home/keys-3 is not valid',
      '  - GenerateSecret home/keys-3: The template of a uses nope, which is not a field with a value',
      '',
      '1 valid, 3 not',
    ].join('\n')}\n`,
  });
});

test('what is right ends well, and is told to programs', async () => {
  const { code, stdout } = await hearth(
    'validate',
    '-f',
    file('right.yaml', { fields: [{ name: 'a' }] }),
    '-o',
    'json',
  );
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'keys-0', valid: true, problems: [], unchecked: [] }]);
  expect(code).toBe(0);
});

test('a file that cannot be read is named', async () => {
  expect(await hearth('validate', '-f', join(folder, 'none.yaml'))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('none.yaml cannot be read'),
  });
  const doubled = join(folder, 'doubled.yaml');
  writeFileSync(doubled, 'kind: A\nkind: B\n');
  expect(await hearth('validate', '-f', doubled)).toMatchObject({ stderr: expect.stringContaining('unique') });
});
