import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openAdminKey } from '../../../tests/stand-ins/convex/admin-key.ts';
import { isInstanceSecret, issueAdminKey, opensInstance } from './admin-key.ts';
import { sealMessage } from './aes-gcm-siv.ts';

const secret = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('hex');
const nonce = Buffer.from(Array.from({ length: 12 }, (_, index) => index));
const VECTOR = 'demo_db|01000102030405060708090a0bc1ecb8d93e1b2750e14eaa848ffe18dbe073d580ccf04391';
/** The same, read-only. */
const READ_ONLY = 'demo_db|01000102030405060708090a0b07e843e501473d55268c9cf3911e988e12ac15ae0cab262070f3';

const names = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));
const keys = fc.record({
  name: names,
  key: bytes(32),
  random: bytes(12),
  issued: fc.integer({ min: 1, max: 2 ** 34 }),
});

describe('an admin key', () => {
  test('is the one that the real generator makes of the same secret, time and nonce', () => {
    expect(issueAdminKey({ name: 'demo_db', secret }, { issued: 1_700_000_000, nonce })).toBe(VECTOR);
  });

  test('is opened by an independent implementation, and only with its own secret and name', () => {
    fc.assert(
      fc.property(keys, ({ name, key, random, issued }) => {
        const issuedKey = issueAdminKey({ name, secret: key.toString('hex') }, { issued, nonce: random });
        expect(openAdminKey(issuedKey, { name, secret: key })).toEqual({ readOnly: false });
        const other = Buffer.from(key.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
        expect(openAdminKey(issuedKey, { name, secret: other })).toBeUndefined();
        expect(opensInstance(issuedKey, { name, secret: key.toString('hex') })).toBe(true);
        expect(opensInstance(issuedKey, { name, secret: other.toString('hex') })).toBe(false);
        expect(opensInstance(issuedKey, { name: `${name}x`, secret: key.toString('hex') })).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test.each([VECTOR, READ_ONLY, `prod:${VECTOR}`])('of the real generator is recognised: %s', (key) => {
    expect(opensInstance(key, { name: 'demo_db', secret })).toBe(true);
  });

  test.each([
    undefined,
    '',
    'demo_db',
    'demo_db|',
    'demo_db|zz',
    'demo_db|01',
    VECTOR.slice(0, -2),
    VECTOR.replace(/1$/, '2'),
    VECTOR.replace('|01', '|02'),
  ])('is not %s', (key) => {
    expect(opensInstance(key, { name: 'demo_db', secret })).toBe(false);
  });
});

test('a key as the original operator derived it is not one that a backend opens', () => {
  const associated = Buffer.from([1]);
  const key = Buffer.from('50371edf468b046f36277c428b2c076a', 'hex');
  const sealed = sealMessage(Buffer.from('1080e2cfaa061800', 'hex'), { key, nonce, associated });
  const original = `demo_db|${Buffer.concat([associated, nonce, sealed]).toString('hex')}`;
  expect(opensInstance(original, { name: 'demo_db', secret })).toBe(false);
});

describe('an instance secret', () => {
  test.each([secret, secret.toUpperCase(), ` ${secret}\n`])('may be %j', (value) => {
    expect(isInstanceSecret(value)).toBe(true);
  });

  test.each([undefined, '', secret.slice(1), `${secret}0`, secret.replace(/.$/, 'g')])('cannot be %j', (value) => {
    expect(isInstanceSecret(value)).toBe(false);
  });
});
