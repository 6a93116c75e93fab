import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { breakingChanges } from './breaking-changes.ts';
import { type CrdInput, createCrdManifest } from './crd.ts';
import { immutable, intOrString } from './fields.ts';
import { olderVersion } from './older-version.ts';

const CONVERTER = { url: 'https://localhost/convert' };

function crdOf(fields: z.ZodRawShape, rest: Partial<CrdInput> = {}) {
  const names = { plural: 'widgets', singular: 'widget', shortNames: ['wd'] };
  const spec = z.object(fields);
  return createCrdManifest({ group: 'example.com', version: 'v1', kind: 'Widget', names, spec, ...rest }, CONVERTER);
}

const compare = (before: z.ZodRawShape, after: z.ZodRawShape) => breakingChanges(crdOf(before), crdOf(after));

describe('a change of a field', () => {
  test.each<[string, z.ZodType, z.ZodType, string]>([
    ['of its type', z.string().optional(), z.int().optional(), 'v1.spec.a: is integer and was string'],
    ['from either to one', intOrString().optional(), z.string().optional(), 'v1.spec.a: is string and was a number or'],
    ['that demands it', z.string().optional(), z.string(), 'v1.spec.a: is required and was not'],
    ['that takes a value away', z.enum(['x', 'y']).optional(), z.enum(['x']).optional(), 'the value "y" is not taken'],
    ['that lists values', z.string().optional(), z.enum(['x']).optional(), 'the value "(any other)" is not taken'],
    ['of a pattern', z.string().regex(/a/).optional(), z.string().regex(/b/).optional(), 'pattern is "b" and was "a"'],
    ['that raises a limit below', z.int().min(1).optional(), z.int().min(2).optional(), 'minimum is 2 and was 1'],
    [
      'that lowers a limit above',
      z.string().optional(),
      z.string().max(3).optional(),
      'maxLength is 3 and was nothing',
    ],
    ['of a default', z.string().default('x'), z.string().default('y'), 'the default is "y" and was "x"'],
    ['that forbids null', z.string().nullish(), z.string().optional(), 'null is not taken any more'],
    ['that adds a rule', z.string().optional(), immutable(z.string()).optional(), 'the rule "self == oldSelf" is new'],
    [
      'in a list',
      z.array(z.string()).optional(),
      z.array(z.int()).optional(),
      'v1.spec.a[]: is integer and was string',
    ],
    [
      'in a map',
      z.record(z.string(), z.string()).optional(),
      z.record(z.string(), z.int()).optional(),
      'v1.spec.a.*: is integer and was string',
    ],
  ])('%s is named', (...[, before, after, change]) => {
    expect(compare({ a: before }, { a: after }).join('\n')).toContain(change);
    expect(compare({ a: before }, { a: before })).toEqual([]);
  });

  test('that takes more is none', () => {
    const before = { a: z.enum(['x']).optional(), b: z.int().min(2), c: z.string().regex(/a/).optional() };
    const after = { a: z.enum(['x', 'y']).optional(), b: z.int().min(1).optional(), c: z.string().optional() };
    expect(compare(before, { ...after, more: z.string().optional() })).toEqual([]);
  });

  test('that is gone is named, unless any field is taken', () => {
    expect(compare({ a: z.object({ b: z.string() }) }, { a: z.object({}) })).toEqual(['v1.spec.a.b: is gone']);
    expect(compare({ a: z.object({ b: z.string() }) }, { a: z.looseObject({}) })).toEqual([]);
  });
});

describe('a change of a kind', () => {
  const names = { plural: 'widgets', singular: 'widget' };

  test('of its names and its scope is named', () => {
    expect(breakingChanges(crdOf({}), crdOf({}, { names, scope: 'Cluster' }))).toEqual([
      'the scope is Cluster and was Namespaced',
      'the short name wd is gone',
    ]);
  });

  test('that ends a version is named, and one that keeps it beside another is none', () => {
    const spec = z.object({});
    const copy = (given: unknown) => given as Record<string, never>;
    const kept = olderVersion({ version: 'v1', spec, current: spec, toCurrent: copy, fromCurrent: copy });
    expect(breakingChanges(crdOf({}), crdOf({}, { version: 'v2' }))).toEqual(['version v1 is not served any more']);
    expect(breakingChanges(crdOf({}), crdOf({}, { version: 'v2', olderVersions: [kept] }))).toEqual([]);
  });

  test('that it cannot be scaled any more is named', () => {
    const scale = { specReplicasPath: '.spec.n', statusReplicasPath: '.status.n' } as const;
    const fields = { n: z.int().default(1) };
    const scaled = crdOf(fields, { status: z.object(fields), scale });
    const unscaled = crdOf(fields, { status: z.object(fields) });
    expect(breakingChanges(scaled, unscaled)).toEqual(['v1: the subresource scale is gone']);
  });
});
