import { createCipheriv, timingSafeEqual } from 'node:crypto';

/** Key, nonce and associated data of one message. */
export interface Sealing {
  /** 16 bytes. */
  readonly key: Buffer;
  /** 12 bytes. */
  readonly nonce: Buffer;
  readonly associated: Buffer;
}

const tagBytes = 16;

/** AES-128-GCM-SIV (RFC 8452), which node:crypto does not have: returns the ciphertext and its tag. */
export function seal(plaintext: Buffer, sealing: Sealing): Buffer {
  const keys = deriveKeys(sealing);
  const tag = tagOf(plaintext, sealing, keys);
  return Buffer.concat([counterMode(plaintext, tag, keys.encryption), tag]);
}

/** Returns the plaintext, or nothing when the message was not sealed with this key, nonce and associated data. */
export function open(message: Buffer, sealing: Sealing): Buffer | undefined {
  if (message.length < tagBytes) return undefined;
  const keys = deriveKeys(sealing);
  const tag = message.subarray(-tagBytes);
  const plaintext = counterMode(message.subarray(0, -tagBytes), tag, keys.encryption);
  return timingSafeEqual(tag, tagOf(plaintext, sealing, keys)) ? plaintext : undefined;
}

interface Keys {
  readonly authentication: Buffer;
  readonly encryption: Buffer;
}

function deriveKeys({ key, nonce }: Sealing): Keys {
  const half = (counter: number) => {
    const block = Buffer.concat([Buffer.alloc(4), nonce]);
    block.writeUInt32LE(counter);
    return block128(key, block).subarray(0, 8);
  };
  return {
    authentication: Buffer.concat([half(0), half(1)]),
    encryption: Buffer.concat([half(2), half(3)]),
  };
}

function tagOf(plaintext: Buffer, { nonce, associated }: Sealing, keys: Keys): Buffer {
  const lengths = Buffer.alloc(16);
  lengths.writeBigUInt64LE(BigInt(associated.length) * 8n, 0);
  lengths.writeBigUInt64LE(BigInt(plaintext.length) * 8n, 8);
  const sum = polyval(keys.authentication, [...blocksOf(associated), ...blocksOf(plaintext), lengths]);
  for (const [index, byte] of nonce.entries()) sum[index] = (sum[index] ?? 0) ^ byte;
  sum[15] = (sum[15] ?? 0) & 0x7f;
  return block128(keys.encryption, sum);
}

function counterMode(text: Buffer, tag: Buffer, key: Buffer): Buffer {
  const counter = Buffer.from(tag);
  counter[15] = (counter[15] ?? 0) | 0x80;
  const result = Buffer.from(text);
  for (let at = 0; at < text.length; at += 16) {
    const stream = block128(key, counter);
    for (let index = at; index < Math.min(at + 16, text.length); index += 1) {
      result[index] = (result[index] ?? 0) ^ (stream[index - at] ?? 0);
    }
    counter.writeUInt32LE((counter.readUInt32LE() + 1) >>> 0);
  }
  return result;
}

function block128(key: Buffer, block: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
}

/** Blocks of 16 bytes, the last one filled with zeros. */
function blocksOf(text: Buffer): Buffer[] {
  const count = Math.ceil(text.length / 16);
  const padded = Buffer.concat([text], count * 16);
  return Array.from({ length: count }, (_, index) => padded.subarray(index * 16, index * 16 + 16));
}

/** x^128 + x^127 + x^126 + x^121 + 1. */
const modulus = (1n << 128n) | (1n << 127n) | (1n << 126n) | (1n << 121n) | 1n;

function polyval(key: Buffer, blocks: readonly Buffer[]): Buffer {
  const factor = numberOf(key);
  let sum = 0n;
  for (const block of blocks) sum = dot(sum ^ numberOf(block), factor);
  return Buffer.from(sum.toString(16).padStart(32, '0'), 'hex').reverse();
}

/** The product of two field elements, divided by x^128. */
function dot(left: bigint, right: bigint): bigint {
  let product = 0n;
  for (let bit = 0n; bit < 128n; bit += 1n) {
    if ((right >> bit) & 1n) product ^= left;
    if (product & 1n) product ^= modulus;
    product >>= 1n;
  }
  return product;
}

function numberOf(block: Buffer): bigint {
  return BigInt(`0x${Buffer.from(block).reverse().toString('hex')}`);
}
