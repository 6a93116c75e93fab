import { expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import { checkedByOperator } from './checked.ts';
import { type CrdInput, createCrdManifest } from './crd.ts';
import { immutable, intOrString, listMap, rule } from './fields.ts';
import type { AnyZod } from './json-schema.ts';
import { olderVersion } from './older-version.ts';
import type { JsonSchema } from './openapi-schema.ts';

const given = (spec: AnyZod, rest: Partial<CrdInput> = {}) =>
  createCrdManifest({
    group: 'example.com',
    version: 'v1',
    kind: 'Widget',
    names: { plural: 'widgets', singular: 'widget' },
    spec,
    ...rest,
  });

const rootOf = (spec: AnyZod, rest: Partial<CrdInput> = {}) =>
  given(spec, rest).spec.versions[0].schema.openAPIV3Schema;

const specOf = (spec: AnyZod, rest: Partial<CrdInput> = {}) => rootOf(spec, rest).properties?.['spec'] as JsonSchema;

test('writes the whole manifest of a kind', () => {
  const manifest = given(
    z.object({
      host: immutable(z.string().min(1).describe('Where the widget listens.')),
      port: intOrString().default(80),
      routes: listMap(z.array(z.object({ name: z.string(), weight: z.int().min(0).max(100).default(1) })), [
        'name',
      ]).optional(),
    }),
    {
      description: 'A widget.',
      names: { plural: 'widgets', singular: 'widget', shortNames: ['wd'], categories: ['all'] },
      status: z.object({ url: z.string().optional().describe('Where it is reachable.') }),
      printerColumns: [{ name: 'Host', type: 'string', jsonPath: '.spec.host' }],
    },
  );
  expect(manifest).toEqual({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: {
        kind: 'Widget',
        listKind: 'WidgetList',
        plural: 'widgets',
        singular: 'widget',
        shortNames: ['wd'],
        categories: ['all'],
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: 'A widget.',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string', description: 'The version of the schema of this object.' },
                kind: { type: 'string', description: 'The kind of this object.' },
                metadata: { type: 'object' },
                spec: {
                  description: 'What is wanted.',
                  type: 'object',
                  required: ['host'],
                  properties: {
                    host: {
                      type: 'string',
                      minLength: 1,
                      description: 'Where the widget listens.',
                      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cannot be changed once set' }],
                    },
                    port: {
                      'x-kubernetes-int-or-string': true,
                      anyOf: [{ type: 'integer' }, { type: 'string' }],
                      default: 80,
                    },
                    routes: {
                      type: 'array',
                      'x-kubernetes-list-type': 'map',
                      'x-kubernetes-list-map-keys': ['name'],
                      items: {
                        type: 'object',
                        required: ['name'],
                        properties: {
                          name: { type: 'string' },
                          weight: { type: 'integer', format: 'int32', minimum: 0, maximum: 100, default: 1 },
                        },
                      },
                    },
                  },
                },
                status: {
                  description: 'What is.',
                  type: 'object',
                  properties: {
                    observedGeneration: {
                      type: 'integer',
                      format: 'int64',
                      minimum: 0,
                      description: 'The metadata.generation this status was computed for.',
                    },
                    conditions: expect.objectContaining({ 'x-kubernetes-list-map-keys': ['type'] }),
                    lastHandledReconcileAt: expect.objectContaining({ type: 'string' }),
                    url: { type: 'string', description: 'Where it is reachable.' },
                  },
                },
              },
            },
          },
          subresources: { status: {} },
          additionalPrinterColumns: [
            { name: 'Host', type: 'string', jsonPath: '.spec.host' },
            { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
            {
              name: 'Message',
              type: 'string',
              jsonPath: '.status.conditions[?(@.type=="Ready")].message',
              priority: 1,
            },
          ],
        },
      ],
    },
  });
});

test('is plain JSON', () => {
  const manifest = given(z.object({ a: z.string().optional(), n: z.int() }), { description: 'text' });
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
});

test('the conditions of the status are a map by type, in the form of metav1.Condition', () => {
  const status = rootOf(z.object({})).properties?.['status'];
  expect(status?.properties?.['conditions']).toEqual({
    type: 'array',
    description: 'The state of the object; Ready says whether it works now.',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
    items: {
      type: 'object',
      required: ['type', 'status'],
      properties: {
        type: expect.objectContaining({ type: 'string', minLength: 1 }),
        status: expect.objectContaining({ type: 'string', enum: ['True', 'False', 'Unknown'] }),
        reason: expect.objectContaining({ type: 'string' }),
        message: expect.objectContaining({ type: 'string' }),
        lastTransitionTime: expect.objectContaining({ type: 'string', format: 'date-time' }),
        observedGeneration: expect.objectContaining({ type: 'integer', format: 'int64' }),
      },
    },
  });
});

test('a kind may bring its own form of a standard status field', () => {
  const status = z.object({ conditions: z.array(z.unknown()).optional() });
  const schema = rootOf(z.object({}), { status }).properties?.['status'];
  expect(Object.keys(schema?.properties ?? {})).toEqual(['observedGeneration', 'conditions', 'lastHandledReconcileAt']);
  expect(schema?.properties?.['conditions']).toEqual({
    type: 'array',
    items: { 'x-kubernetes-preserve-unknown-fields': true },
  });
});

test('a kind that can be scaled says where its replicas are', () => {
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } as const;
  const replicas = z.object({ replicas: z.int().default(1) });
  const [{ subresources }] = given(replicas, { status: replicas, scale }).spec.versions;
  expect(subresources).toEqual({ status: {}, scale });
  expect(() => given(replicas, { scale })).toThrow('scale.statusReplicasPath is .status.replicas, which is no integer');
});

test.each([
  ['zod 4', z.object({ name: z.string().refine((name) => name !== 'x') })],
  ['zod 4, on the whole', z.object({ name: z.string() }).superRefine(() => undefined)],
  ['zod 3', z3.object({ name: z3.string().refine((name) => name !== 'x') })],
])('a check that would be lost in silence is refused: %s', (_, spec) => {
  expect(() => given(spec)).toThrow(
    'a refine is not expressible in a CRD; write it as CEL with rule(), or put checked',
  );
});

test('a check that is meant for the operator is left to it, also below a wrapper', () => {
  const odd = checkedByOperator(z.int().refine((number) => number % 2 === 1, 'must be odd'));
  const spec = z.object({ odd: odd.default(1).describe('A number.') });
  expect(specOf(spec).properties?.['odd']).toEqual({
    type: 'integer',
    format: 'int64',
    default: 1,
    description: 'A number.',
  });
  expect(spec.safeParse({ odd: 2 }).success).toBe(false);
  expect(() => checkedByOperator(z.object({ odd }))).toThrow('put it right around that');
});

test('a kind may replace a default column', () => {
  const ready = { name: 'Ready', type: 'boolean', jsonPath: '.status.ready' } as const;
  const status = z.object({ ready: z.boolean().optional() });
  const columns = given(z.object({}), { status, printerColumns: [ready] }).spec.versions[0].additionalPrinterColumns;
  expect(columns.map(({ name }) => name)).toEqual(['Ready', 'Reason', 'Age', 'Message']);
  expect(columns[0]).toEqual(ready);
});

test.each([
  ['.spec.hots', 'string', '.spec.hots, which is no field'],
  ['.spec.host.name', 'string', '.spec.host.name, which is no field'],
  ['spec.host', 'string', 'spec.host, which is no field'],
  ['.spec.host', 'integer', '.spec.host, which is no integer'],
  ['.spec.host[0]', 'string', '.spec.host[0], which is no field'],
  ['.spec.ports[0].nam', 'string', '.spec.ports[0].nam, which is no field'],
] as const)('a column of %s as %s is refused: nothing would be seen in it', (jsonPath, type, what) => {
  const spec = z.object({ host: z.string(), ports: z.array(z.object({ name: z.string() })) });
  expect(() => given(spec, { printerColumns: [{ name: 'Host', type, jsonPath }] })).toThrow(
    `The printer column Host shows ${what} of the schema`,
  );
});

test.each([
  '.metadata.labels.app',
  '.spec.ports[*].name',
  '.spec.ports[?(@.name=="x")].name',
  '.spec.labels.any',
  '.spec.anything.at.all',
])('a column may show %s', (jsonPath) => {
  const ports = z.array(z.object({ name: z.string() }));
  const spec = z.object({ ports, labels: z.record(z.string(), z.string()), anything: z.looseObject({}) });
  const column = { name: 'Some', type: 'string', jsonPath } as const;
  expect(given(spec, { printerColumns: [column] }).spec.versions[0].additionalPrinterColumns[0]).toEqual(column);
});

const oneOfTwo = { rule: 'has(self.a) || has(self.b)' };
test.each([
  { name: 'a required field', spec: z.object({ a: z.string() }), required: true, filled: false },
  { name: 'only optional fields', spec: z.object({ a: z.string().optional() }), required: false, filled: true },
  { name: 'only defaults', spec: z.object({ a: z.string().default('x') }), required: false, filled: true },
  { name: 'no fields', spec: z.object({}), required: false, filled: true },
  {
    name: 'a rule on the whole that an empty spec may break',
    spec: rule(z.object({ a: z.string().optional(), b: z.string().optional() }), oneOfTwo),
    required: false,
    filled: false,
  },
])('a spec with $name', ({ spec, required, filled }) => {
  expect(rootOf(spec).required).toEqual(required ? ['spec'] : undefined);
  expect(specOf(spec).default).toEqual(filled ? {} : undefined);
});

test('a kind can demand a spec, or do without one that has required fields', () => {
  const loose = z.object({ a: z.string().optional() });
  expect(rootOf(loose, { specOptional: false }).required).toEqual(['spec']);
  expect(specOf(loose, { specOptional: false }).default).toBeUndefined();
  const tight = z.object({ a: z.string() });
  expect(rootOf(tight, { specOptional: true }).required).toBeUndefined();
  expect(specOf(tight, { specOptional: true }).default).toBeUndefined();
});

test('a spec with fields that cannot be changed cannot be taken away either', () => {
  const rules = (spec: AnyZod) => rootOf(spec)['x-kubernetes-validations'];
  const bound = rule(z.object({ a: z.string().optional() }), { rule: 'has(self.a) == has(oldSelf.a)' });
  expect(rules(bound)).toEqual([{ rule: 'has(self.spec) || !has(oldSelf.spec)', message: expect.any(String) }]);
  // A spec that is required, or filled in by the server, cannot be taken away anyway.
  expect(rules(z.object({ a: immutable(z.string()) }))).toBeUndefined();
  const optional = z.object({ a: immutable(z.string()).optional() });
  expect(rules(optional)).toBeUndefined();
  expect(specOf(optional).default).toEqual({});
  expect(rules(rule(z.object({ a: z.int().optional() }), { rule: '!has(self.a) || self.a > 1' }))).toBeUndefined();
});

test('what cannot be changed and may be left out cannot be taken away to be put back, nor what it is in', () => {
  const rulesOf = (schema: JsonSchema | undefined) => schema?.['x-kubernetes-validations'];
  const spec = specOf(
    z.object({
      'a-b': immutable(z.string().optional()),
      outer: z.object({ inner: z.object({ c: immutable(z.string()) }) }).optional(),
      sure: immutable(z.string().default('x')),
      list: listMap(z.array(z.object({ key: z.string(), d: immutable(z.int()) })), ['key']).optional(),
    }),
  );
  expect(rulesOf(spec)).toEqual([
    { rule: 'has(self.a__dash__b) || !has(oldSelf.a__dash__b)', message: 'a-b cannot be taken away once set' },
    { rule: 'has(self.outer) || !has(oldSelf.outer)', message: 'outer cannot be taken away once set' },
  ]);
  expect(rulesOf(spec.properties?.['outer'])).toBeUndefined();
});

test('the default of the author stays', () => {
  expect(specOf(z.object({ a: z.string().optional() }).default({ a: 'x' })).default).toEqual({ a: 'x' });
});

test.each([z.string(), z.object({}).nullable(), z.unknown()])('a spec must be an object', (spec) => {
  expect(() => given(spec)).toThrow(/^spec: /);
});

test('names the field it refuses', () => {
  expect(() => given(z.object({ db: z.object({ size: z.tuple([z.string()]) }) }))).toThrow('spec.db.size: a tuple');
});

const inZod4 = z.object({
  engine: z.enum(['postgres', 'redis']).default('postgres').describe('What runs.'),
  replicas: z.int().min(1).max(9).default(1),
  big: z.int().optional(),
  ratio: z.number().gt(0).lt(1).optional(),
  mode: z.union([z.literal('fast'), z.literal('safe')]),
  level: z.union([z.literal(1), z.literal(2)]).optional(),
  target: z.union([z.int(), z.string()]).optional(),
  address: z.ipv4().optional(),
  tags: z.array(z.string().max(5)).max(3).default([]),
  limits: z.record(z.string(), z.int().min(1)).optional(),
  isOn: z.boolean().default(true),
  labels: z.record(z.string(), z.string()).default({}),
  extra: z.unknown().optional(),
  loose: z.looseObject({ known: z.string() }).optional(),
  strict: z.strictObject({ known: z.boolean() }).optional(),
  note: z.string().nullish(),
  email: z.email().optional(),
  since: z.iso.datetime().optional(),
  site: z.url().optional(),
  id: z.uuid().optional(),
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z]/)
    .regex(/[a-z0-9]$/),
  ports: z
    .array(z.object({ name: z.string(), number: z.int().min(1).max(65535) }))
    .min(1)
    .max(10),
  source: z.discriminatedUnion('type', [
    z.object({ type: z.literal('git'), url: z.string(), branch: z.string().optional() }),
    z.object({ type: z.literal('archive'), url: z.string(), digest: z.string() }),
  ]),
  both: z.object({ a: z.string() }).and(z.object({ b: z.int().optional() })),
  storage: z.object({ size: z.string().default('1Gi') }).prefault({}),
  shouted: z.string().transform((text) => text.toUpperCase()),
  even: checkedByOperator(
    z
      .number()
      .multipleOf(2)
      .refine((n) => n !== 4),
  ),
});

const inZod3 = z3.object({
  engine: z3.enum(['postgres', 'redis']).default('postgres').describe('What runs.'),
  replicas: z3.number().int().min(1).max(9).default(1),
  big: z3.number().int().optional(),
  ratio: z3.number().gt(0).lt(1).optional(),
  mode: z3.union([z3.literal('fast'), z3.literal('safe')]),
  level: z3.union([z3.literal(1), z3.literal(2)]).optional(),
  target: z3.union([z3.number().int(), z3.string()]).optional(),
  address: z3.string().ip({ version: 'v4' }).optional(),
  tags: z3.array(z3.string().max(5)).max(3).default([]),
  limits: z3.record(z3.number().int().min(1)).optional(),
  isOn: z3.boolean().default(true),
  labels: z3.record(z3.string()).default({}),
  extra: z3.unknown().optional(),
  loose: z3.object({ known: z3.string() }).passthrough().optional(),
  strict: z3.object({ known: z3.boolean() }).strict().optional(),
  note: z3.string().nullish(),
  email: z3.string().email().optional(),
  since: z3.string().datetime().optional(),
  site: z3.string().url().optional(),
  id: z3.string().uuid().optional(),
  name: z3
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z]/)
    .regex(/[a-z0-9]$/),
  ports: z3
    .array(z3.object({ name: z3.string(), number: z3.number().int().min(1).max(65535) }))
    .min(1)
    .max(10),
  source: z3.discriminatedUnion('type', [
    z3.object({ type: z3.literal('git'), url: z3.string(), branch: z3.string().optional() }),
    z3.object({ type: z3.literal('archive'), url: z3.string(), digest: z3.string() }),
  ]),
  both: z3.object({ a: z3.string() }).and(z3.object({ b: z3.number().int().optional() })),
  storage: z3.object({ size: z3.string().default('1Gi') }).default({}),
  shouted: z3.string().transform((text) => text.toUpperCase()),
  even: checkedByOperator(
    z3
      .number()
      .multipleOf(2)
      .refine((n) => n !== 4),
  ),
});

test('one spec written with zod 4 and with zod/v3 gives the same CRD', () => {
  expect(given(inZod3)).toEqual(given(inZod4));
  expect(Object.keys(specOf(inZod4).properties ?? {})).toHaveLength(27);
});

const first = z.object({ to: z.string() });
const second = z.object({ recipients: z.array(z.string()) });
const older = olderVersion({
  version: 'v1alpha1',
  spec: first,
  current: second,
  deprecationWarning: 'use v1',
  toCurrent: ({ to }) => ({ recipients: [to] }),
  fromCurrent: ({ recipients }) => ({ to: recipients.join() }),
});

test('an older version is served, not stored, and converted by the webhook', () => {
  const converter = { url: 'https://example.com/convert' };
  const input = {
    group: 'example.com',
    version: 'v1',
    kind: 'Letter',
    names: { plural: 'letters', singular: 'letter' },
  };
  const { versions, conversion } = createCrdManifest(
    { ...input, spec: second, olderVersions: [older] },
    converter,
  ).spec;
  expect(versions).toMatchObject([
    { name: 'v1', served: true, storage: true },
    { name: 'v1alpha1', served: true, storage: false, deprecated: true, deprecationWarning: 'use v1' },
  ]);
  const fieldsOf = ({ openAPIV3Schema }: { openAPIV3Schema: JsonSchema }) =>
    Object.keys(openAPIV3Schema.properties?.['spec']?.properties ?? {});
  expect(versions.map(({ schema }) => fieldsOf(schema))).toEqual([['recipients'], ['to']]);
  const webhook = { clientConfig: converter, conversionReviewVersions: ['v1'] };
  expect(conversion).toEqual({ strategy: 'Webhook', webhook });
});

test('several versions without anybody who converts are refused', () => {
  expect(() => given(second, { olderVersions: [older] })).toThrow(/Widget has several versions/);
  expect(given(second).spec).not.toHaveProperty('conversion');
});
