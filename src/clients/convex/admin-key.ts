import { createHmac } from 'node:crypto';
import { openMessage, sealMessage } from './aes-gcm-siv.ts';

/** A backend: its admin keys carry its name and are sealed with its secret. */
export type Instance = {
  readonly name: string;
  /** 32 bytes as 64 hexadecimal digits. */
  readonly secret: string;
};

/** What makes one key differ from the next. */
export type KeyOrigin = {
  /** When it is issued, in seconds since 1970. */
  readonly issued: number;
  /** 12 bytes that no other key of the instance has. */
  readonly nonce: Buffer;
};

const VERSION = Buffer.from([1]);
const NONCE_BYTES = 12;

/** Whether a value can be the secret of an instance. */
export function isInstanceSecret(value: string | undefined): value is string {
  return value !== undefined && /^[0-9a-f]{64}$/i.test(value.trim());
}

/** A key that a backend of this name and secret accepts from its administrator. */
export function issueAdminKey({ name, secret }: Instance, { issued, nonce }: KeyOrigin): string {
  // The protobuf message AdminKey: 2 the time, 3 the member 0.
  const claims = Buffer.from([0x10, ...varint(issued), 0x18, 0]);
  const sealed = sealMessage(claims, { key: sealingKey(secret), nonce, associated: VERSION });
  return `${name}|${Buffer.concat([VERSION, nonce, sealed]).toString('hex')}`;
}

/** Whether a key opens a backend of this name and secret. Keys of the format before June 2025 do not count. */
export function opensInstance(key: string | undefined, { name, secret }: Instance): boolean {
  const bar = key?.indexOf('|') ?? -1;
  if (key === undefined || bar < 0) {
    return false;
  }
  const owner = key.slice(0, bar).replace(/^[^:]*:/, '');
  const message = bytesIn(key.slice(bar + 1));
  if (owner !== name || message === undefined || message[0] !== VERSION[0]) {
    return false;
  }
  const nonce = message.subarray(1, 1 + NONCE_BYTES);
  const sealed = message.subarray(1 + NONCE_BYTES);
  const envelope = { key: sealingKey(secret), nonce, associated: VERSION };
  return nonce.length === NONCE_BYTES && openMessage(sealed, envelope) !== undefined;
}

function bytesIn(hex: string): Buffer | undefined {
  return /^(?:[0-9a-f]{2})+$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}

/** NIST SP 800-108, counter mode with HMAC-SHA256, one block. The information is the label and nothing behind it. */
function sealingKey(secret: string): Buffer {
  const hmac = createHmac('sha256', Buffer.from(secret.trim(), 'hex'));
  return hmac
    .update(Buffer.from([0, 0, 0, 1]))
    .update('admin key')
    .digest()
    .subarray(0, 16);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}
