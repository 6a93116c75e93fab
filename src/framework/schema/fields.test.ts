import { expect, test } from 'vitest';
import { z } from 'zod';
import { atMostOneOf, exactlyOneOf, immutable, intOrString, listMap, rule } from './fields.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { toStructural } from './structural.ts';

const rulesOf = (schema: z.ZodType) => toStructural(jsonSchemaOf(schema))['x-kubernetes-validations'];
const first = { rule: 'self != "a"' };
const second = { rule: 'self != "b"', message: 'not b' };

test('rules add up, also through wrappers', () => {
  expect(rulesOf(rule(rule(z.string(), first), second))).toEqual([first, second]);
  expect(rulesOf(rule(rule(z.string(), first).optional(), second))).toEqual([first, second]);
  expect(rulesOf(rule(rule(z.string(), first).default('x').describe('text'), second))).toEqual([first, second]);
});

test('a rule does not change the schema it was made from', () => {
  const plain = z.string();
  rule(plain, first);
  expect(rulesOf(plain)).toBeUndefined();
});

test('immutable compares with the old value', () => {
  expect(rulesOf(immutable(z.string()))).toEqual([{ rule: 'self == oldSelf', message: 'cannot be changed once set' }]);
  expect(rulesOf(immutable(z.string(), 'stays'))).toEqual([{ rule: 'self == oldSelf', message: 'stays' }]);
});

const choices = z.object({
  'a-b': z.string().optional(),
  namespace: z.string().optional(),
  x__y: z.string().optional(),
});

test('exactlyOneOf and atMostOneOf count the fields that are set, with names as CEL wants them', () => {
  expect(rulesOf(exactlyOneOf(choices, ['a-b', 'namespace']))).toEqual([
    {
      rule: '(has(self.a__dash__b) ? 1 : 0) + (has(self.__namespace__) ? 1 : 0) == 1',
      message: 'exactly one of a-b, namespace must be set',
    },
  ]);
  expect(rulesOf(atMostOneOf(choices, ['a-b', 'x__y']))).toEqual([
    {
      rule: '(has(self.a__dash__b) ? 1 : 0) + (has(self.x__underscores__y) ? 1 : 0) <= 1',
      message: 'at most one of a-b, x__y must be set',
    },
  ]);
});

test('a choice between unknown, single or defaulted fields is a mistake of the author', () => {
  expect(() => exactlyOneOf(choices, ['a-b', 'c' as 'a-b'])).toThrow('no field "c"');
  expect(() => exactlyOneOf(choices, ['a-b'])).toThrow('two fields');
  const defaulted = z.object({ a: z.string().default('x'), b: z.string().optional() });
  expect(() => atMostOneOf(defaulted, ['a', 'b'])).toThrow('"a" has a default');
});

test('listMap and intOrString give the Kubernetes forms', () => {
  expect(toStructural(jsonSchemaOf(listMap(z.array(z.object({ name: z.string() })), ['name'])))).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  });
  expect(toStructural(jsonSchemaOf(intOrString()))).toEqual({
    'x-kubernetes-int-or-string': true,
    anyOf: [{ type: 'integer' }, { type: 'string' }],
  });
  expect(['25%', 3].map((value) => intOrString().safeParse(value).success)).toEqual([true, true]);
  expect([1.5, true].map((value) => intOrString().safeParse(value).success)).toEqual([false, false]);
});
