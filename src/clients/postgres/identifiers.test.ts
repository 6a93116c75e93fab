import fc from 'fast-check';
import { expect, test } from 'vitest';
import { databaseName, identifierProblem, maxIdentifierBytes, quoteIdentifier, quoteLiteral } from './identifiers.ts';

test.each([
  ['dev', 'app', 'dev_app'],
  ['my-team', 'my.app', 'my_team_my_app'],
  ['Dev', 'App', 'dev_app'],
  ['a', 'größe', 'a_gr__e'],
  ['pg', 'app', '_pg_app'],
])('the database of %s/%s is %s', (namespace, name, expected) => {
  expect(databaseName(namespace, name)).toBe(expected);
});

test('a long name is cut and told apart by a hash', () => {
  const long = 'x'.repeat(80);
  const name = databaseName('team', long);
  expect(name).toMatch(/^team_x{49}_[0-9a-f]{8}$/);
  expect(name).toHaveLength(63);
  expect(databaseName('team', `${long}y`)).not.toBe(name);
  expect(databaseName('team', 'y'.repeat(58))).toHaveLength(63);
  expect(databaseName('team', 'y'.repeat(58))).toBe(`team_${'y'.repeat(58)}`);
});

test('every derived name can be used as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (namespace, name) => {
      const derived = databaseName(namespace, name);
      expect(derived).toMatch(/^[a-z0-9_]{1,63}$/);
      expect(identifierProblem(derived)).toBeUndefined();
    }),
  );
});

test.each([
  ['plain', '"plain"'],
  ['Mixed-Case', '"Mixed-Case"'],
  ['a"b', '"a""b"'],
  ['; DROP ROLE x; --', '"; DROP ROLE x; --"'],
  ['größe', '"größe"'],
])('quotes %s', (name, quoted) => {
  expect(quoteIdentifier(name)).toBe(quoted);
});

test.each([
  ['', 'is empty'],
  ['a\0b', 'contains a NUL character'],
  ['x'.repeat(64), 'is longer than 63 bytes'],
  ['ü'.repeat(32), 'is longer than 63 bytes'],
  ['\ud800', 'is not valid Unicode'],
])('refuses %j', (name, problem) => {
  expect(identifierProblem(name)).toBe(problem);
  expect(() => quoteIdentifier(name)).toThrow(expect.objectContaining({ reason: 'InvalidName' }));
});

test('takes a name of exactly the limit, counted in bytes', () => {
  expect(identifierProblem('x'.repeat(maxIdentifierBytes))).toBeUndefined();
  expect(identifierProblem(`${'ü'.repeat(31)}x`)).toBeUndefined();
});

test('quotes literals whatever they contain', () => {
  expect(quoteLiteral("it's")).toBe("'it''s'");
  expect(quoteLiteral('back\\slash')).toBe(" E'back\\\\slash'");
  expect(() => quoteLiteral('\0')).toThrow(expect.objectContaining({ reason: 'InvalidName' }));
});
