import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from './digest.ts';

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([name, field]) => [name, reversed(field)] as const);
  return Object.fromEntries(entries.reverse());
}

describe('digestOf', () => {
  test.each<{ name: string; a: unknown; b: unknown }>([
    { name: 'the order of keys', a: { x: 1, y: { p: 1, q: 2 } }, b: { y: { q: 2, p: 1 }, x: 1 } },
    { name: 'fields that are undefined', a: { x: 1, y: undefined }, b: { x: 1 } },
  ])('does not depend on $name', ({ a, b }) => {
    expect(digestOf(a)).toBe(digestOf(b));
  });

  test.each<{ name: string; a: unknown; b: unknown }>([
    { name: 'the order of a list', a: [1, 2], b: [2, 1] },
    { name: 'null and absent', a: { x: null }, b: {} },
    { name: 'a number and its text', a: { x: 1 }, b: { x: '1' } },
    { name: 'a list and an object', a: ['a'], b: { 0: 'a' } },
    { name: 'an empty list and an empty object', a: [], b: {} },
    { name: 'nesting', a: [[1], 2], b: [1, [2]] },
    { name: 'quotes in keys', a: { 'a":1,"b': 2 }, b: { a: 1, b: 2 } },
  ])('tells apart: $name', ({ a, b }) => {
    expect(digestOf(a)).not.toBe(digestOf(b));
  });

  test('is short and fit for an annotation', () => {
    expect(digestOf({ any: 'thing' })).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('stays the same between releases, because clusters hold digests', () => {
    expect(digestOf({ spec: { replicas: 1, list: ['b', 'a', null] }, name: 'é' })).toBe('5f2eMZKwcTCr0Uke5YtftN');
  });

  test('agrees for equal JSON values of any shape and differs for different ones', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(digestOf(reversed(a))).toBe(digestOf(a));
        expect(digestOf(a) === digestOf(b)).toBe(isDeepStrictEqual(a, b));
      }),
    );
  });
});
