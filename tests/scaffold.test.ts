import { describe, expect, test } from 'vitest';
import { between } from '../scripts/generate/pages.ts';
import { directoryOf, variableOf } from '../scripts/kind-names.ts';
import { kindToBe } from '../scripts/new/kind-to-be.ts';
import { withKind } from '../scripts/new/registry.ts';
import { fillIn } from '../scripts/new/template.ts';
import { exchangesOf, fencesOf, isAsTold } from './copies/fences.ts';

describe('the names of a new kind', () => {
  test.each([
    ['Page', 'page', 'page'],
    ['StaticSite', 'static-site', 'staticSite'],
    ['DNSRecord', 'dns-record', 'dnsRecord'],
    ['OIDC', 'oidc', 'oidc'],
    ['S3Bucket', 's3-bucket', 's3Bucket'],
    ['HTTP2Route', 'http2-route', 'http2Route'],
  ])('%s is in %s and begins variables with %s', (kind, directory, variable) => {
    expect([directoryOf(kind), variableOf(kind)]).toEqual([directory, variable]);
  });

  test('have the plural that English gives, unless another is given', () => {
    expect(['Policy', 'Gateway', 'Ingress'].map((kind) => kindToBe(kind, {}).plural)).toEqual([
      'policies',
      'gateways',
      'ingresses',
    ]);
    expect(kindToBe('Sheep', { plural: 'sheep' }).plural).toBe('sheep');
  });
});

test('a template keeps the blocks that are wanted, and has no word that stands for nothing', () => {
  expect(fillIn('a __x__\n%% yes\nb\n%% end\n%% no\nc\n%% end\nd', { x: '1' }, ['yes'])).toBe('a 1\nb\nd');
  expect(() => fillIn('__y__', {}, [])).toThrow('__y__');
});

test('the list of kinds gets a line and an import', () => {
  const list = "import { a } from './a/a.ts';\n\nexport const definitions = [\n  a,\n];\n";
  expect(withKind(list, { kebab: 'b-c', variable: 'bC' })).toBe(
    "import { a } from './a/a.ts';\nimport { bCDefinition } from './b-c/b-c.ts';\n\nexport const definitions = [\n  a,\n  bCDefinition,\n];\n",
  );
});

test('a page without marks stays as it is', () => {
  expect(between('x <!-- fields -->old<!-- /fields --> y', 'fields', 'new')).toBe(
    'x <!-- fields -->\nnew\n<!-- /fields --> y',
  );
  expect(between('by hand', 'fields', 'new')).toBe('by hand');
});

test('the pieces of a page are found with what it says of them', () => {
  expect(fencesOf('```ts file=a.ts\none\n```\ntext\n```sh\ntwo\n```\n')).toEqual([
    { language: 'ts', about: 'file=a.ts', text: 'one\n' },
    { language: 'sh', about: '', text: 'two\n' },
  ]);
  expect(exchangesOf('$ a\nb\nc\n$ d\n')).toEqual([
    { command: 'a', answer: 'b\nc' },
    { command: 'd', answer: '' },
  ]);
});

test.each([
  ['NAME   AGE\nx   …', 'NAME  AGE\nx     12s\n', true],
  ['created', 'configured', false],
  ['created', 'created\nWarning: more', false],
  ['a.b', 'axb', false],
])('a page that tells %j is right about %j: %s', (told, said, isRight) => {
  expect(isAsTold(told, said)).toBe(isRight);
});
