import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { scramVerifier } from './scram.ts';

test('agrees with the example exchange of RFC 7677', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const verifier = scramVerifier('pencil', { salt, iterations: 4096 });
  const [, iterations, salted, stored = '', server = ''] =
    /^SCRAM-SHA-256\$(\d+):(.+)\$(.+):(.+)$/.exec(verifier) ?? [];
  expect([iterations, salted]).toEqual(['4096', 'W22ZaJ0SNY7soEsUEjb6gQ==']);

  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=${nonce}`;
  const sign = (key: Buffer) => createHmac('sha256', key).update(message).digest();
  expect(sign(Buffer.from(server, 'base64')).toString('base64')).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');

  const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
  const signature = sign(Buffer.from(stored, 'base64'));
  const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0));
  expect(createHash('sha256').update(clientKey).digest('base64')).toBe(stored);
});

test('takes a new salt each time', () => {
  expect(scramVerifier('pencil')).not.toBe(scramVerifier('pencil'));
});

test.each(['', 'pässword', 'tab\t', 'line\n', 'nul\0', 'soft\u00adhyphen'])(
  'refuses %j without repeating it',
  (password) => {
    expect(() => scramVerifier(password)).toThrow(
      expect.objectContaining({
        reason: 'InvalidPassword',
        message: 'A password for PostgreSQL must be printable ASCII and not empty',
      }),
    );
  },
);
