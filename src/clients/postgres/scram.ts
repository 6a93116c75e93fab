import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { PostgresError } from './errors.ts';

/** Fixed in tests only. */
export type ScramOptions = { readonly salt?: Buffer; readonly iterations?: number };

/** PostgreSQL's default, `scram_iterations`. */
const defaultIterations = 4096;

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Whether a password is one that every client sends alike: printable ASCII and not empty. */
export function isUsablePassword(password: string): boolean {
  return /^[\x20-\x7e]+$/.test(password);
}

/**
 * What PostgreSQL stores for a password (RFC 5803, `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`). Sent in place
 * of the password it is stored as it is, so the password appears in no statement, log or `pg_stat_statements`.
 *
 * Only printable ASCII is taken: for those SASLprep (RFC 4013) changes nothing, so every client computes the same keys.
 *
 * @throws PostgresError `InvalidPassword`, without the password, for an empty one or other characters.
 */
export function scramVerifier(password: string, options: ScramOptions = {}): string {
  if (!isUsablePassword(password)) {
    throw new PostgresError('InvalidPassword', 'A password for PostgreSQL must be printable ASCII and not empty');
  }
  const { salt = randomBytes(16), iterations = defaultIterations } = options;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const serverKey = hmac(salted, 'Server Key');
  const keys = `${storedKey.toString('base64')}:${serverKey.toString('base64')}`;
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${keys}`;
}
