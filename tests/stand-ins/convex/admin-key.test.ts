import { describe, expect, test } from 'vitest';
import { issueAdminKey, openAdminKey } from './admin-key.ts';
import { open, seal } from './aes-gcm-siv.ts';

const bytes = (length: number, first = 0) => Buffer.from(Array.from({ length }, (_, index) => first + index));
const instance = { name: 'demo_db', secret: bytes(32) };
/** Calculated once with OpenSSL's AES-128-GCM-SIV. */
const known = 'demo_db|01000102030405060708090a0bc1ecb8d93e1b2750e14eaa848ffe18dbe073d580ccf04391';

describe('AES-128-GCM-SIV', () => {
  const nonce = Buffer.from('030000000000000000000000', 'hex');
  const sealing = { key: Buffer.from('01000000000000000000000000000000', 'hex'), nonce, associated: Buffer.alloc(0) };

  test.each([
    ['', 'dc20e2d83f25705bb49e439eca56de25'],
    ['0100000000000000', 'b5d839330ac7b786578782fff6013b815b287c22493a364c'],
  ])('seals %j as RFC 8452 does', (plaintext, sealed) => {
    expect(seal(Buffer.from(plaintext, 'hex'), sealing).toString('hex')).toBe(sealed);
  });

  test('opens what it sealed, of any length, and nothing that was touched', () => {
    for (const length of [0, 1, 15, 16, 17, 100]) {
      const sealed = seal(bytes(length), { ...sealing, associated: bytes(20) });
      expect(open(sealed, { ...sealing, associated: bytes(20) })).toEqual(bytes(length));
      expect(open(sealed, { ...sealing, associated: bytes(21) })).toBeUndefined();
      sealed[0] = (sealed[0] ?? 0) ^ 1;
      expect(open(sealed, { ...sealing, associated: bytes(20) })).toBeUndefined();
    }
  });
});

describe('an admin key', () => {
  test("is what Convex's generator makes of the same name, secret, time and nonce", () => {
    expect(issueAdminKey(instance, { issued: 1_700_000_000, nonce: bytes(12) })).toBe(known);
    const readOnly = issueAdminKey(instance, { issued: 1_700_000_000, nonce: bytes(12), readOnly: true });
    expect(readOnly).toMatch(/07e843e501473d55268c9cf3911e988e12ac15ae0cab262070f3$/);
  });

  test('opens for its instance, with or without the type of the deployment', () => {
    expect(openAdminKey(known, instance)).toEqual({ readOnly: false });
    expect(openAdminKey(`prod:${known}`, instance)).toEqual({ readOnly: false });
    expect(openAdminKey(issueAdminKey(instance, { readOnly: true }), instance)).toEqual({ readOnly: true });
  });

  test('does not open for another name, another secret, or when it is damaged', () => {
    expect(openAdminKey(known, { ...instance, name: 'demo' })).toBeUndefined();
    expect(openAdminKey(known.replace('demo_db', 'demo-db'), { ...instance, name: 'demo-db' })).toBeDefined();
    expect(openAdminKey(known, { ...instance, secret: bytes(32, 1) })).toBeUndefined();
    for (const key of ['', 'demo_db', 'demo_db|', 'demo_db|01', `${known}00`, known.replace('|01', '|02')]) {
      expect(openAdminKey(key, instance), key).toBeUndefined();
    }
  });
});
