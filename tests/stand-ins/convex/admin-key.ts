import { createHmac, randomBytes } from 'node:crypto';
import { open, seal } from './aes-gcm-siv.ts';

/** Who a backend is: its keys carry its name and are sealed with its secret. */
export interface Instance {
  readonly name: string;
  /** 32 bytes. */
  readonly secret: Buffer;
}

/** What the holder of a valid key may do. */
export interface Admin {
  readonly readOnly: boolean;
}

/** For keys that always come out the same. */
export interface IssueOptions {
  readonly readOnly?: boolean;
  /** Unix time in seconds. */
  readonly issued?: number;
  /** 12 bytes. */
  readonly nonce?: Buffer;
}

const version = Buffer.from([1]);

/** Makes an admin key as Convex's own generator does. */
export function issueAdminKey(instance: Instance, options: IssueOptions = {}): string {
  const { readOnly = false, issued = Math.floor(Date.now() / 1000), nonce = randomBytes(12) } = options;
  const claims = Buffer.from([0x10, ...varint(issued), 0x18, 0, ...(readOnly ? [0x28, 1] : [])]);
  const sealed = seal(claims, { key: sealingKey(instance.secret), nonce, associated: version });
  return `${instance.name}|${Buffer.concat([version, nonce, sealed]).toString('hex')}`;
}

/** Opens an admin key; nothing when it is not one of this instance. Keys from before June 2025 are not known. */
export function openAdminKey(key: string, instance: Instance): Admin | undefined {
  const [owner, sealed] = splitOnce(key, '|');
  if (owner.slice(owner.indexOf(':') + 1) !== instance.name) return undefined;
  const [hex] = splitOnce(sealed, ':'); // what follows names a user to act as
  if (!/^([0-9a-f]{2})+$/i.test(hex)) return undefined;
  const message = Buffer.from(hex, 'hex');
  if (message[0] !== version[0] || message.length < 29) return undefined;
  const nonce = message.subarray(1, 13);
  const claims = open(message.subarray(13), { key: sealingKey(instance.secret), nonce, associated: version });
  return claims === undefined ? undefined : readClaims(claims);
}

/** NIST SP 800-108 in counter mode, one block; the information is the label alone. */
function sealingKey(secret: Buffer): Buffer {
  return createHmac('sha256', secret)
    .update(Buffer.from([0, 0, 0, 1]))
    .update('admin key')
    .digest()
    .subarray(0, 16);
}

/** Reads the protobuf message AdminKey: 2 issued, 3 member or 4 system, 5 read-only. */
function readClaims(claims: Buffer): Admin | undefined {
  const fields = new Map<number, number>();
  let at = 0;
  const next = () => {
    let value = 0;
    for (let shift = 1; at < claims.length; shift *= 128) {
      const byte = claims[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
    return value;
  };
  while (at < claims.length) {
    const tag = next();
    const value = next();
    if (tag % 8 === 2) at += value;
    fields.set(Math.floor(tag / 8), value);
  }
  const isComplete = fields.get(2) && (fields.has(3) || fields.has(4));
  return isComplete ? { readOnly: fields.get(5) === 1 } : undefined;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
