import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  tagged,
  text,
  time,
} from './der.ts';

/** A certificate and its private key, both in PEM. */
export type KeyPair = { readonly certificate: string; readonly key: string };

/** When a certificate is made and for how long it is good. */
export type Validity = { readonly now: Date; readonly lifetimeMs: number };

/** A certificate begins this long before it is made: the clock that judges it may be behind ours. */
export const BACKDATED_MS = 5 * 60_000;

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const SIGNATURE_ALGORITHM = sequence(objectIdentifier(OID.ecdsaWithSha256));

/** The bits of a key's usage, with how many of the last byte do not count. */
const SIGNS_CERTIFICATES = bitString(Buffer.from([0b0000_0110]), 1);
const SIGNS_DATA = bitString(Buffer.from([0b1000_0000]), 7);

/** What is signed, and by whom. */
type Certificate = {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
};

/** An authority of its own. Its name is unique, so that two in one bundle are told apart. */
export function issueAuthority(name: string, validity: Validity): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = `${name} ${randomBytes(6).toString('hex')}`;
  const certificate = signed({
    subject,
    issuer: subject,
    publicKey,
    signer: privateKey,
    validity,
    extensions: [
      extension(OID.basicConstraints, sequence(boolean(true), integer(Buffer.from([0]))), true),
      extension(OID.keyUsage, SIGNS_CERTIFICATES, true),
      extension(OID.subjectKeyId, octetString(keyIdOf(publicKey))),
    ],
  });
  return { certificate, key: pemOf(privateKey) };
}

/** A server's certificate for some host names and addresses, signed by an authority whose name is given. */
export function issueServing(
  names: readonly string[],
  authority: { readonly name: string; readonly key: string },
  validity: Validity,
): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = createPrivateKey(authority.key);
  const certificate = signed({
    subject: '',
    issuer: authority.name,
    publicKey,
    signer,
    validity,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      extension(OID.keyUsage, SIGNS_DATA, true),
      extension(OID.extendedKeyUsage, sequence(objectIdentifier(OID.serverAuth))),
      // Critical, because there is no other name (RFC 5280, 4.2.1.6).
      extension(OID.subjectAltName, sequence(...names.map(alternativeName)), true),
      extension(OID.authorityKeyId, sequence(tagged(0x80, keyIdOf(createPublicKey(authority.key))))),
    ],
  });
  return { certificate, key: pemOf(privateKey) };
}

function signed({ subject, issuer, publicKey, signer, validity, extensions }: Certificate): string {
  const { now, lifetimeMs } = validity;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // the third version: with extensions
    integer(randomBytes(16)),
    SIGNATURE_ALGORITHM,
    nameOf(issuer),
    sequence(time(new Date(now.getTime() - BACKDATED_MS)), time(new Date(now.getTime() + lifetimeMs))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(body, SIGNATURE_ALGORITHM, bitString(sign('sha256', body, signer)));
  const lines = der.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** A name of one part; an empty one has none, for a server is known by its alternative names. */
function nameOf(commonName: string): Buffer {
  const part = setOf(sequence(objectIdentifier(OID.commonName), text(commonName)));
  return commonName === '' ? sequence() : sequence(part);
}

function extension(identifier: string, value: Uint8Array, isCritical = false): Buffer {
  const marks = isCritical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...marks, octetString(value));
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 4 ? tagged(0x87, Buffer.from(name.split('.').map(Number))) : tagged(0x82, Buffer.from(name));
}

/** Tells keys apart; it need only be the same in both certificates (RFC 7093). */
function keyIdOf(publicKey: KeyObject): Buffer {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest().subarray(0, 20);
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
