import { createCipheriv, timingSafeEqual } from 'node:crypto';

/** AES-128-GCM-SIV of RFC 8452, which Node's OpenSSL does not offer. For short messages: the field is done in BigInt. */

/** What a message is sealed under. */
export type Envelope = {
  /** 16 bytes. */
  readonly key: Buffer;
  /** 12 bytes. */
  readonly nonce: Buffer;
  /** What is protected but not encrypted. */
  readonly associated: Buffer;
};

const BLOCK = 16;

/** Encrypts: the ciphertext, followed by a tag of 16 bytes. */
export function sealMessage(plaintext: Buffer, envelope: Envelope): Buffer {
  const keys = keysFor(envelope);
  const tag = tagFor(plaintext, envelope, keys);
  return Buffer.concat([crypt(plaintext, tag, keys.encryption), tag]);
}

/** Decrypts; `undefined` when the message was not sealed under this envelope. */
export function openMessage(message: Buffer, envelope: Envelope): Buffer | undefined {
  const end = message.length - BLOCK;
  if (end < 0) {
    return undefined;
  }
  const keys = keysFor(envelope);
  const tag = message.subarray(end);
  const plaintext = crypt(message.subarray(0, end), tag, keys.encryption);
  return timingSafeEqual(tag, tagFor(plaintext, envelope, keys)) ? plaintext : undefined;
}

type Keys = { readonly authentication: bigint; readonly encryption: Buffer };

function aes(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return cipher.update(block);
}

/** RFC 8452, section 4: each half of a block of the counter mode is a part of a key. */
function keysFor({ key, nonce }: Envelope): Keys {
  const halves = [0, 1, 2, 3].map((index) => aes(key, Buffer.from([index, 0, 0, 0, ...nonce])).subarray(0, 8));
  const [first, second, ...rest] = halves;
  const authentication = Buffer.concat([first ?? Buffer.alloc(0), second ?? Buffer.alloc(0)]);
  return { authentication: littleEndian(authentication), encryption: Buffer.concat(rest) };
}

function tagFor(plaintext: Buffer, { nonce, associated }: Envelope, keys: Keys): Buffer {
  const lengths = Buffer.alloc(BLOCK);
  lengths.writeUInt32LE(associated.length * 8, 0);
  lengths.writeUInt32LE(plaintext.length * 8, 8);
  const blocks = [...blocksOf(associated), ...blocksOf(plaintext), lengths].map(littleEndian);
  const sum = bytesOf(blocks.reduce((state, block) => multiply(state ^ block, keys.authentication), 0n));
  for (let index = 0; index < nonce.length; index += 1) {
    sum.writeUInt8(sum.readUInt8(index) ^ nonce.readUInt8(index), index);
  }
  sum.writeUInt8(sum.readUInt8(BLOCK - 1) & 0x7f, BLOCK - 1);
  return aes(keys.encryption, sum);
}

/** Counter mode: 32 bits at the front, which wrap around. The same both ways. */
function crypt(text: Buffer, tag: Buffer, key: Buffer): Buffer {
  const counter = Buffer.from(tag);
  counter.writeUInt8(counter.readUInt8(BLOCK - 1) | 0x80, BLOCK - 1);
  const start = counter.readUInt32LE(0);
  const streams = blocksOf(text).map((_, index) => {
    counter.writeUInt32LE((start + index) >>> 0, 0);
    return aes(key, counter);
  });
  const stream = Buffer.concat(streams);
  return Buffer.from(text.map((byte, index) => byte ^ stream.readUInt8(index)));
}

/** The bytes in blocks; the last one is filled with zeros. */
function blocksOf(bytes: Buffer): Buffer[] {
  const padded = Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK);
  bytes.copy(padded);
  return Array.from({ length: padded.length / BLOCK }, (_, index) =>
    padded.subarray(index * BLOCK, (index + 1) * BLOCK),
  );
}

function littleEndian(block: Buffer): bigint {
  return block.readBigUInt64LE(0) | (block.readBigUInt64LE(8) << 64n);
}

function bytesOf(value: bigint): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  bytes.writeBigUInt64LE(value & 0xffffffffffffffffn, 0);
  bytes.writeBigUInt64LE(value >> 64n, 8);
  return bytes;
}

/** x^127 + x^126 + x^121 + 1: with x^128, the field's polynomial. */
const POLYNOMIAL = (1n << 127n) | (1n << 126n) | (1n << 121n) | 1n;

/** POLYVAL's product: `a · b · x^-128`. */
function multiply(a: bigint, b: bigint): bigint {
  let result = 0n;
  for (let bit = 0n; bit < 128n; bit += 1n) {
    result ^= (a >> bit) & 1n ? b : 0n;
    // Divided by x: an odd polynomial becomes even by adding the field's.
    result = result & 1n ? ((result ^ POLYNOMIAL) >> 1n) | (1n << 127n) : result >> 1n;
  }
  return result;
}
