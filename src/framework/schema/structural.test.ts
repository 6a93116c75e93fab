import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import { listMap } from './fields.ts';
import { type AnyZod, jsonSchemaOf } from './json-schema.ts';
import { looseFormats } from './patterns.ts';
import { SchemaRefusal } from './refusal.ts';
import { toStructural } from './structural.ts';

const convert = (schema: AnyZod) => toStructural(jsonSchemaOf(schema), 'spec');
const intOrString = { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const unionOf = (forms: object) => ({ type: 'object', ...forms });

type Accepted = { name: string; zod4?: AnyZod; zod3?: AnyZod; structural: object };
const accepted: Accepted[] = [
  {
    name: 'a plain object, its defaults optional',
    zod4: z.object({ a: z.string(), b: z.string().optional(), c: z.string().default('x') }),
    zod3: z3.object({ a: z3.string(), b: z3.string().optional(), c: z3.string().default('x') }),
    structural: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string', default: 'x' } },
      required: ['a'],
    },
  },
  {
    name: 'a loose object',
    zod4: z.looseObject({ a: z.string() }),
    zod3: z3.object({ a: z3.string() }).passthrough(),
    structural: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], ...anything },
  },
  {
    name: 'a strict object, because the server prunes',
    zod4: z.strictObject({ a: z.string() }),
    zod3: z3.object({ a: z3.string() }).strict(),
    structural: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  },
  {
    name: 'a record',
    zod4: z.record(z.string(), z.boolean()),
    zod3: z3.record(z3.boolean()),
    structural: { type: 'object', additionalProperties: { type: 'boolean' } },
  },
  {
    name: 'a record with some keys of an enumeration',
    zod4: z.partialRecord(z.enum(['a', 'b']), z.string()),
    structural: { type: 'object', additionalProperties: { type: 'string' } },
  },
  {
    name: 'a record of anything',
    zod4: z.record(z.string(), z.unknown()),
    zod3: z3.record(z3.unknown()),
    structural: { type: 'object', ...anything },
  },
  { name: 'unknown', zod4: z.unknown(), zod3: z3.unknown(), structural: anything },
  { name: 'any', zod4: z.any(), zod3: z3.any(), structural: anything },
  { name: 'a literal', zod4: z.literal('x'), zod3: z3.literal('x'), structural: { type: 'string', enum: ['x'] } },
  {
    name: 'a union of literals',
    zod4: z.union([z.literal('a'), z.enum(['b', 'c'])]),
    zod3: z3.union([z3.literal('a'), z3.enum(['b', 'c'])]),
    structural: { type: 'string', enum: ['a', 'b', 'c'] },
  },
  {
    name: 'integer or string',
    zod4: z.union([z.int(), z.string()]),
    zod3: z3.union([z3.number().int(), z3.string()]),
    structural: intOrString,
  },
  {
    name: 'integer or string with rules and a default',
    zod4: z.union([z.int().min(1), z.string().regex(/%$/)]).default('5%'),
    zod3: z3.union([z3.number().int().min(1), z3.string().regex(/%$/)]).default('5%'),
    structural: { ...intOrString, minimum: 1, pattern: '%$', default: '5%' },
  },
  {
    name: 'a discriminated union',
    zod4: z.discriminatedUnion('type', [
      z.object({ type: z.literal('disk'), size: z.string(), path: z.string().optional() }),
      z.object({ type: z.literal('memory'), size: z.string() }),
    ]),
    zod3: z3.discriminatedUnion('type', [
      z3.object({ type: z3.literal('disk'), size: z3.string(), path: z3.string().optional() }),
      z3.object({ type: z3.literal('memory'), size: z3.string() }),
    ]),
    structural: unionOf({
      properties: {
        type: { type: 'string', enum: ['disk', 'memory'] },
        size: { type: 'string' },
        path: { type: 'string' },
      },
      required: ['type'],
      oneOf: [
        { properties: { type: { enum: ['disk'] } }, required: ['type', 'size'] },
        {
          properties: { type: { enum: ['memory'] } },
          required: ['type', 'size'],
          not: { anyOf: [{ required: ['path'] }] },
        },
      ],
    }),
  },
  {
    name: 'an intersection of objects',
    zod4: z.object({ a: z.string() }).and(z.object({ b: z.string() })),
    zod3: z3.object({ a: z3.string() }).and(z3.object({ b: z3.string() })),
    structural: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      required: ['a', 'b'],
    },
  },
  {
    name: 'two patterns',
    zod4: z.string().regex(/^a/).regex(/b$/),
    zod3: z3.string().regex(/^a/).regex(/b$/),
    structural: { type: 'string', allOf: [{ pattern: '^a' }, { pattern: 'b$' }] },
  },
  {
    name: 'a format and a pattern',
    zod4: z.email().regex(/^a/),
    zod3: z3.string().email().regex(/^a/),
    structural: { type: 'string', format: 'email', pattern: '^a' },
  },
  { name: 'an integer', zod4: z.int(), zod3: z3.number().int(), structural: { type: 'integer', format: 'int64' } },
  {
    name: 'a small integer',
    zod4: z.int().min(1).max(65535),
    zod3: z3.number().int().min(1).max(65535),
    structural: { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 },
  },
  {
    name: 'a number above a limit',
    zod4: z.number().positive().multipleOf(5),
    zod3: z3.number().positive().multipleOf(5),
    structural: { type: 'number', minimum: 0, exclusiveMinimum: true, multipleOf: 5 },
  },
  {
    name: 'a field that may be null or absent',
    zod4: z.object({ a: z.string().nullish() }),
    zod3: z3.object({ a: z3.string().nullish() }),
    structural: { type: 'object', properties: { a: { type: 'string', nullable: true } } },
  },
  {
    name: 'an object filled in when absent',
    zod4: z.object({ a: z.string().default('x') }).prefault({}),
    zod3: z3.object({ a: z3.string().default('x') }).default({}),
    structural: { type: 'object', properties: { a: { type: 'string', default: 'x' } }, default: {} },
  },
  {
    name: 'what goes into a transform',
    zod4: z.string().transform(Number),
    zod3: z3.string().transform(Number),
    structural: { type: 'string' },
  },
  {
    name: 'a format the server knows, without the pattern of zod',
    zod4: z.hostname(),
    structural: { type: 'string', format: 'hostname' },
  },
  {
    name: 'an address, of which the server would take more than zod',
    zod4: z.ipv4().regex(/^1/),
    structural: { type: 'string', format: 'ipv4', allOf: [{ pattern: '^1' }, { pattern: looseFormats['ipv4'] }] },
  },
  {
    name: 'an enumeration of whole numbers, for which the server would take 1.5',
    zod4: z.union([z.literal(1), z.literal(2)]),
    zod3: z3.union([z3.literal(1), z3.literal(2)]),
    structural: { type: 'integer', format: 'int64', enum: [1, 2] },
  },
  {
    name: 'an enumeration of fractions',
    zod4: z.literal([0.5, 1.5]),
    zod3: z3.union([z3.literal(0.5), z3.literal(1.5)]),
    structural: { type: 'number', enum: [0.5, 1.5] },
  },
  {
    name: 'a date and time',
    zod4: z.iso.datetime(),
    zod3: z3.string().datetime(),
    structural: { type: 'string', format: 'date-time' },
  },
  {
    name: 'a coerced date and a coerced bigint',
    zod4: z.object({ a: z.coerce.date(), b: z.coerce.bigint() }),
    zod3: z3.object({ a: z3.coerce.date(), b: z3.coerce.bigint() }),
    structural: {
      type: 'object',
      properties: { a: { type: 'string', format: 'date-time' }, b: { type: 'integer', format: 'int64' } },
      required: ['a', 'b'],
    },
  },
  {
    name: 'a list with limits',
    zod4: z.array(z.string()).min(1).max(3),
    zod3: z3.array(z3.string()).min(1).max(3),
    structural: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 },
  },
  {
    name: 'Kubernetes extensions, without keywords for other tools',
    zod4: z
      .string()
      .meta({ 'x-kubernetes-thing': 1, examples: ['a'], deprecated: true })
      .optional(),
    structural: { type: 'string', 'x-kubernetes-thing': 1 },
  },
];

test.each(accepted.filter(({ zod4 }) => zod4))('accepts $name (zod 4)', ({ zod4, structural }) => {
  expect(convert(zod4 as AnyZod)).toEqual(structural);
});

test.each(accepted.filter(({ zod3 }) => zod3))('accepts $name (zod 3)', ({ zod3, structural }) => {
  expect(convert(zod3 as AnyZod)).toEqual(structural);
});

type Refused = { name: string; path?: string; zod4?: z.ZodType; zod3?: z3.ZodTypeAny };
const refused: Refused[] = [
  {
    name: 'named fields and a typed catchall',
    zod4: z.object({ a: z.string() }).catchall(z.string()),
    zod3: z3.object({ a: z3.string() }).catchall(z3.string()),
  },
  { name: 'a record that must have every key', zod4: z.record(z.enum(['a', 'b']), z.string()) },
  { name: 'a mixed union', zod4: z.union([z.string(), z.boolean()]), zod3: z3.union([z3.string(), z3.boolean()]) },
  { name: 'a number-or-string', zod4: z.union([z.string(), z.number()]), zod3: z3.union([z3.string(), z3.number()]) },
  {
    name: 'a union of objects without a discriminator',
    zod4: z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
    zod3: z3.union([z3.object({ a: z3.string() }), z3.object({ b: z3.string() })]),
  },
  {
    name: 'one name with two schemas in a discriminated union',
    path: 'spec.list[].field.x',
    zod4: z.discriminatedUnion('t', [
      z.object({ t: z.literal('a'), x: z.string() }),
      z.object({ t: z.literal('b'), x: z.boolean() }),
    ]),
    zod3: z3.discriminatedUnion('t', [
      z3.object({ t: z3.literal('a'), x: z3.string() }),
      z3.object({ t: z3.literal('b'), x: z3.boolean() }),
    ]),
  },
  {
    name: 'a default in one form of a discriminated union',
    path: 'spec.list[].field.x',
    zod4: z.discriminatedUnion('t', [
      z.object({ t: z.literal('a'), x: z.string().default('x') }),
      z.object({ t: z.literal('b') }),
    ]),
    zod3: z3.discriminatedUnion('t', [
      z3.object({ t: z3.literal('a'), x: z3.string().default('x') }),
      z3.object({ t: z3.literal('b') }),
    ]),
  },
  { name: 'a tuple', zod4: z.tuple([z.string(), z.string()]), zod3: z3.tuple([z3.string(), z3.string()]) },
  { name: 'a set', zod4: z.set(z.string()), zod3: z3.set(z3.string()) },
  { name: 'a map', zod4: z.map(z.string(), z.string()), zod3: z3.map(z3.string(), z3.string()) },
  { name: 'never', zod4: z.never(), zod3: z3.never() },
  { name: 'null', zod4: z.null(), zod3: z3.null() },
  { name: 'a union with null', zod4: z.union([z.string(), z.null()]), zod3: z3.union([z3.string(), z3.null()]) },
  { name: 'an enumeration or null', zod4: z.enum(['a']).nullable(), zod3: z3.enum(['a']).nullable() },
  { name: 'a list whose key may be left out', zod4: listMap(z.array(z.object({ a: z.string().optional() })), ['a']) },
  { name: 'whole numbers and others', zod4: z.literal([1, 1.5]), zod3: z3.union([z3.literal(1), z3.literal(1.5)]) },
  { name: 'a mixed enumeration', zod4: z.literal(['a', 1]), zod3: z3.union([z3.literal('a'), z3.literal(1)]) },
  { name: 'a Date', zod4: z.date(), zod3: z3.date() },
  { name: 'a bigint', zod4: z.bigint(), zod3: z3.bigint() },
  { name: 'a catch', zod4: z.string().catch('a'), zod3: z3.string().catch('a') },
  { name: 'a custom type', zod4: z.custom(() => true) },
  { name: 'a pattern flag', zod4: z.string().regex(/a/i), zod3: z3.string().regex(/a/i) },
  { name: 'a look-ahead', zod4: z.string().regex(/^(?=a)/), zod3: z3.string().regex(/^(?=a)/) },
  { name: 'a back-reference', zod4: z.string().regex(/(a)\1/), zod3: z3.string().regex(/(a)\1/) },
  { name: 'a large repetition', zod4: z.string().regex(/^a{1,1001}$/), zod3: z3.string().regex(/^a{1,1001}$/) },
  { name: 'an emoji', zod4: z.emoji(), zod3: z3.string().emoji() },
  { name: 'an ISO duration', zod4: z.iso.duration(), zod3: z3.string().duration() },
  { name: 'a schema with an id', zod4: z.string().meta({ id: 'shared' }) },
  { name: 'an unknown keyword', zod4: z.string().meta({ propertyNames: {} }) },
];

function refusalOf(schema: AnyZod): SchemaRefusal {
  try {
    convert(schema);
  } catch (error) {
    if (error instanceof SchemaRefusal) {
      return error;
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each(refused)('refuses $name, naming its path', ({ zod4, zod3, path = 'spec.list[].field' }) => {
  const errors = [
    ...(zod4 ? [refusalOf(z.object({ list: z.array(z.object({ field: zod4.optional() })) }))] : []),
    ...(zod3 ? [refusalOf(z3.object({ list: z3.array(z3.object({ field: zod3.optional() })) }))] : []),
  ];
  for (const error of errors) {
    expect(error.path).toBe(path);
    expect(error.message).toContain(`${path}: `);
    expect(error.remedy).not.toBe('');
  }
});

test('refuses recursion in both versions', () => {
  const tree4: z.ZodType = z.object({ child: z.lazy(() => tree4).optional() });
  const tree3: z3.ZodTypeAny = z3.object({ child: z3.lazy(() => tree3).optional() });
  expect(refusalOf(z.object({ tree: tree4 })).what).toBe('a schema that refers to itself');
  expect(refusalOf(z3.object({ tree: tree3 })).what).toBe('a schema that refers to itself');
});

test('says so when given something that is no zod schema', () => {
  expect(() => jsonSchemaOf({} as AnyZod)).toThrow('Expected a schema made with "zod" or "zod/v3"');
});

const name = fc.constantFrom('a', 'b', 'c', 'type', 'name');
const leaf: fc.Arbitrary<z.ZodType> = fc.oneof(
  fc
    .constantFrom<() => z.ZodType>(
      () => z.string().regex(/^a/).min(1),
      () => z.email(),
      () => z.int().max(5),
      () => z.number().default(1),
      () => z.boolean().nullable(),
      () => z.enum(['a', 'b']).default('a'),
      () => z.unknown(),
      () => z.union([z.int(), z.string()]),
      () => z.tuple([z.string()]),
      () => z.set(z.string()),
      () => z.string().regex(/a/i),
    )
    .map((make) => make()),
);
const { schema: anySchema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.dictionary(name, tie('schema'), { maxKeys: 4 }).map((shape) => z.object(shape)),
    fc.dictionary(name, tie('schema'), { maxKeys: 4 }).map((shape) => z.looseObject(shape)),
    tie('schema').map((inner) => z.array(inner)),
    tie('schema').map((inner) => z.record(z.string(), inner)),
    tie('schema').map((inner) => inner.optional().describe('text')),
    fc
      .tuple(tie('schema'), tie('schema'))
      .map(([x, y]) =>
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('x'), x }),
          z.object({ kind: z.literal('y'), y: y.optional() }),
        ]),
      ),
    fc.tuple(tie('schema'), tie('schema')).map((pair) => z.union(pair)),
  ),
}));

const insideLogic = new Set(['pattern', 'properties', 'required', 'enum', 'not', 'anyOf']);
const forbidden = ['$ref', 'definitions', 'uniqueItems', 'readOnly', 'examples', 'contentEncoding', 'x-hearth-refusal'];

function checkLogic(part: object): void {
  for (const [keyword, value] of Object.entries(part)) {
    expect(insideLogic).toContain(keyword);
    if (keyword === 'not') {
      checkLogic(value);
    }
  }
}

/** The invariants of k8s.io/apiextensions-apiserver `schema/validation.go`, said once more. */
function checkStructural(schema: Record<string, unknown>): void {
  expect(Object.keys(schema).filter((keyword) => forbidden.includes(keyword))).toEqual([]);
  expect(
    schema['type'] ?? schema['x-kubernetes-int-or-string'] ?? schema['x-kubernetes-preserve-unknown-fields'],
  ).toBeTruthy();
  expect(schema['properties'] && schema['additionalProperties']).toBeFalsy();
  expect(schema['additionalProperties']).not.toBe(false);
  expect(schema['type'] !== 'array' || schema['items']).toBeTruthy();
  for (const keyword of ['allOf', 'oneOf']) {
    for (const part of (schema[keyword] ?? []) as object[]) {
      checkLogic(part);
    }
  }
  const children = [schema['items'], schema['additionalProperties'], ...Object.values(schema['properties'] ?? {})];
  for (const child of children.filter((each) => each !== undefined)) {
    checkStructural(child as Record<string, unknown>);
  }
}

test('whatever is not refused is structural', () => {
  let structural = 0;
  fc.assert(
    fc.property(anySchema, (schema) => {
      try {
        const converted = convert(schema);
        structural += 1;
        checkStructural(converted);
      } catch (error) {
        if (!(error instanceof SchemaRefusal)) {
          throw error;
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(structural).toBeGreaterThan(100);
});
