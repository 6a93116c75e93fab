import { describe, expect, test } from 'vitest';
import { openAdminKey } from '../../../../tests/stand-ins/convex/admin-key.ts';
import { generate } from './generated.ts';

const secret = 'ab'.repeat(32);
const random = { secret: 'cd'.repeat(32), nonce: Buffer.alloc(12, 7), issued: 1_700_000_000 };
const wish = { instanceName: 'app', databaseUrl: undefined, current: {} };

const opens = (key: string, name: string, of: string) =>
  openAdminKey(key, { name, secret: Buffer.from(of, 'hex') }) !== undefined;

describe('the generated values', () => {
  test('are a secret and a key that belong together', () => {
    const made = generate(wish, random);
    expect(made.instanceSecret).toBe(random.secret);
    expect(opens(made.adminKey, 'app', made.instanceSecret)).toBe(true);
    expect(made).not.toHaveProperty('databaseUrl');
  });

  test('stay as they are, whatever is new', () => {
    const made = generate(wish, random);
    const later = { ...random, secret: 'ef'.repeat(32), issued: 1_800_000_000 };
    expect(generate({ ...wish, current: { ...made } }, later)).toEqual(made);
  });

  test.each([
    ['no key', {}],
    [
      'a key of another name',
      { adminKey: generate({ ...wish, instanceName: 'other' }, { ...random, secret }).adminKey },
    ],
    ['a key of another secret', { adminKey: generate(wish, random).adminKey }],
    ['a key that is none', { adminKey: 'app|00' }],
  ])('keep a valid secret that has %s, and give it one', (_, current) => {
    const made = generate({ ...wish, current: { instanceSecret: secret, ...current } }, random);
    expect(made.instanceSecret).toBe(secret);
    expect(opens(made.adminKey, 'app', secret)).toBe(true);
  });

  test('have another key for another instance name, which the old one does not open', () => {
    const current = { ...generate(wish, random) };
    const renamed = generate({ ...wish, instanceName: 'renamed', current }, random);
    expect(renamed.instanceSecret).toBe(current.instanceSecret);
    expect(opens(renamed.adminKey, 'renamed', current.instanceSecret)).toBe(true);
  });

  test.each(['', 'nonsense', secret.slice(2)])('replace the secret %j, and its key', (instanceSecret) => {
    const { adminKey } = generate(wish, { ...random, secret });
    const made = generate({ ...wish, current: { instanceSecret, adminKey } }, random);
    expect(made.instanceSecret).toBe(random.secret);
    expect(opens(made.adminKey, 'app', random.secret)).toBe(true);
  });
});
