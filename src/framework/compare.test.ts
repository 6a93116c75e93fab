import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepEqual } from './compare.ts';

describe('deepEqual', () => {
  test.each<{ name: string; live: unknown; desired: unknown }>([
    { name: 'the same scalar', live: 'a', desired: 'a' },
    { name: 'fields that the server added', live: { a: 1, added: 2 }, desired: { a: 1 } },
    { name: 'fields that the server added in list items', live: [{ a: 1, added: 2 }], desired: [{ a: 1 }] },
    { name: 'fields left undefined', live: { a: 1 }, desired: { a: undefined } },
    { name: 'an absent object and an empty one', live: undefined, desired: {} },
    { name: 'an absent object and one with nothing but empty values', live: {}, desired: { a: { b: [], c: '' } } },
    { name: 'an absent flag and false', live: {}, desired: { flag: false } },
    { name: 'an absent number and zero', live: {}, desired: { count: 0 } },
    { name: 'an absent field and null', live: {}, desired: { a: null } },
    { name: 'null and null', live: { a: null }, desired: { a: null } },
    { name: 'empty lists', live: [], desired: [] },
    { name: 'two absent values', live: undefined, desired: undefined },
    { name: 'keys in another order', live: { a: 1, b: 2 }, desired: { b: 2, a: 1 } },
  ])('holds for $name', ({ live, desired }) => {
    expect(deepEqual(live, desired)).toBe(true);
  });

  test.each<{ name: string; live: unknown; desired: unknown }>([
    { name: 'another scalar', live: { a: 1 }, desired: { a: 2 } },
    { name: 'a number and its text', live: { a: 1 }, desired: { a: '1' } },
    { name: 'a field that is not there', live: { a: 1 }, desired: { b: 1 } },
    { name: 'an absent object and one with a value', live: undefined, desired: { a: { b: 'x' } } },
    { name: 'a value that is to become zero', live: { replicas: 3 }, desired: { replicas: 0 } },
    { name: 'a flag that is to become false', live: { on: true }, desired: { on: false } },
    { name: 'a text that is to become empty', live: { a: 'x' }, desired: { a: '' } },
    { name: 'a list that is to become empty', live: { a: [1] }, desired: { a: [] } },
    { name: 'a shorter list', live: [1], desired: [1, 2] },
    { name: 'a longer list', live: [1, 2], desired: [1] },
    { name: 'a list in another order', live: [1, 2], desired: [2, 1] },
    { name: 'an object and a list', live: { 0: 'a' }, desired: ['a'] },
    { name: 'a scalar and an object', live: 'a', desired: { a: 1 } },
    { name: 'an object and a scalar', live: { a: 1 }, desired: 'a' },
    { name: 'a difference deep inside', live: { a: [{ b: { c: 1 } }] }, desired: { a: [{ b: { c: 2 } }] } },
  ])('does not hold for $name', ({ live, desired }) => {
    expect(deepEqual(live, desired)).toBe(false);
  });

  const json = fc.jsonValue({ maxDepth: 4 });

  test('every JSON value equals itself and its copy', () => {
    fc.assert(
      fc.property(json, (value) => {
        // JSON has no negative zero on the way back.
        const live: unknown = JSON.parse(JSON.stringify(value));
        expect(deepEqual(live, JSON.parse(JSON.stringify(value)))).toBe(true);
      }),
    );
  });

  test('fields that the server adds anywhere in an object never count', () => {
    const fields = fc.dictionary(
      fc.string({ minLength: 1 }).map((name) => `f${name}`),
      json,
    );
    fc.assert(
      fc.property(fields, fields, (desired, added) => {
        const extra = Object.fromEntries(Object.entries(added).map(([name, value]) => [`server-${name}`, value]));
        expect(deepEqual({ ...extra, ...desired }, desired)).toBe(true);
      }),
    );
  });

  test('a value that was removed is a difference exactly when it says something', () => {
    const says = (value: unknown): boolean =>
      typeof value === 'object' && value !== null ? Object.values(value).some(says) : Boolean(value);
    fc.assert(
      fc.property(json, (value) => {
        expect(deepEqual({}, { field: value })).toBe(!says(value));
      }),
    );
  });
});
