import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod/v3';
import type { AnyZod } from './json-schema.ts';
import { parseSpec } from './parse.ts';

const zod4 = z.object({
  name: z.string().min(2).max(5),
  count: z.int().min(1),
  ratio: z.number().lt(1).optional(),
  engine: z.enum(['a', 'b']).optional(),
  fixed: z.literal('x').optional(),
  list: z
    .array(z.object({ port: z.number() }))
    .min(1)
    .optional(),
  email: z.email().optional(),
  code: z.string().regex(/^a/).optional(),
  even: z.number().multipleOf(2).optional(),
  closed: z.strictObject({ a: z.string().optional() }).optional(),
  source: z.discriminatedUnion('type', [z.object({ type: z.literal('git') })]).optional(),
  either: z.union([z.number(), z.boolean()]).optional(),
  own: z
    .string()
    .refine((text) => text === 'fine', 'must be fine')
    .optional(),
});
const zod3 = z3.object({
  name: z3.string().min(2).max(5),
  count: z3.number().int().min(1),
  ratio: z3.number().lt(1).optional(),
  engine: z3.enum(['a', 'b']).optional(),
  fixed: z3.literal('x').optional(),
  list: z3
    .array(z3.object({ port: z3.number() }))
    .min(1)
    .optional(),
  email: z3.string().email().optional(),
  code: z3.string().regex(/^a/).optional(),
  even: z3.number().multipleOf(2).optional(),
  closed: z3.object({ a: z3.string().optional() }).strict().optional(),
  source: z3.discriminatedUnion('type', [z3.object({ type: z3.literal('git') })]).optional(),
  either: z3.union([z3.number(), z3.boolean()]).optional(),
  own: z3
    .string()
    .refine((text) => text === 'fine', 'must be fine')
    .optional(),
});

const messageOf = (schema: AnyZod, value: unknown) => {
  const result = parseSpec(schema, value);
  return result.ok ? undefined : result.message;
};

const good = { name: 'abc', count: 1 };
test.each([
  [undefined, 'spec.name is required; spec.count is required'],
  [{ ...good, name: 7 }, 'spec.name must be a string'],
  [{ ...good, name: null }, 'spec.name must be a string'],
  [{ ...good, name: 'x' }, 'spec.name must have at least 2 characters'],
  [{ ...good, name: 'secret' }, 'spec.name must have at most 5 characters'],
  [{ ...good, count: 1.5 }, 'spec.count must be a whole number'],
  [{ ...good, count: 0 }, 'spec.count must be at least 1'],
  [{ ...good, ratio: 1 }, 'spec.ratio must be less than 1'],
  [{ ...good, engine: 'secret' }, 'spec.engine must be one of "a", "b"'],
  [{ ...good, fixed: 'secret' }, 'spec.fixed must be "x"'],
  [{ ...good, list: [] }, 'spec.list must have at least 1 items'],
  [{ ...good, list: [{ port: 1 }, { port: 'secret' }] }, 'spec.list[1].port must be a number'],
  [{ ...good, list: [{}] }, 'spec.list[0].port is required'],
  [{ ...good, email: 'secret' }, 'spec.email must be an email address'],
  [{ ...good, code: 'secret' }, 'spec.code does not have the required form'],
  [{ ...good, even: 3 }, 'spec.even must be a multiple of 2'],
  [{ ...good, closed: { b: 'secret' } }, 'spec.closed has the unknown field b'],
  [{ ...good, source: { type: 'secret' } }, 'spec.source.type must be "git"'],
  [{ ...good, either: 'secret' }, 'spec.either has none of the allowed forms'],
  [{ ...good, own: 'secret' }, 'spec.own must be fine'],
  ['text', 'spec must be an object'],
])('%j', (value, message) => {
  expect(messageOf(zod4, value)).toBe(message);
  expect(messageOf(zod3, value)).toBe(message);
});

test('fills defaults, also for a missing spec', () => {
  expect(parseSpec(z.object({ a: z.string().default('x') }), undefined)).toEqual({ ok: true, value: { a: 'x' } });
  expect(parseSpec(z3.object({ a: z3.string().default('x') }), undefined)).toEqual({ ok: true, value: { a: 'x' } });
});

test('names five problems and counts the rest', () => {
  const many = z.object(Object.fromEntries([...'abcdefg'].map((name) => [name, z.string()])));
  expect(messageOf(many, {})).toMatch(/^spec.a is required; .*; spec.e is required; and 2 more$/);
});

test('a message never contains a value', () => {
  const secret = 'hunter2-7f3a';
  const value = fc.oneof(fc.constant(secret), fc.constant([secret]), fc.constant({ port: secret, type: secret }));
  const spec = fc.record(Object.fromEntries(Object.keys(zod4.shape).map((name) => [name, value])));
  fc.assert(
    fc.property(spec, (candidate) => {
      for (const schema of [zod4, zod3]) {
        const message = messageOf(schema, candidate);
        expect(message).not.toBeUndefined();
        expect(message).not.toContain(secret);
        expect(messageOf(schema, structuredClone(candidate))).toBe(message);
      }
    }),
  );
});
