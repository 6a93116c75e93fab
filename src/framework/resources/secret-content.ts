import type { FieldSet, KubeObject, Manifest, OwnerReference } from '../api/object.ts';
import { coversFields, ownedFields } from '../api/ownership.ts';

/** A Secret's values by key, decoded as text. */
export type SecretData = Readonly<Record<string, string>>;

/** A Secret's values by key, as they are. */
export type SecretBytes = Readonly<Record<string, Buffer>>;

/** A Secret as the author writes it: `data` holds the plain values and is encoded on the way out. */
export type SecretManifest = Manifest & { readonly type?: string; readonly data?: SecretData };

/** As it goes over the wire: values in base64. */
export type EncodedSecret = Manifest & {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data: Readonly<Record<string, string>>;
};

export type SecretObject = KubeObject & {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
};

/** What a kind wants a Secret to be. */
export type SecretContent = {
  readonly data: Readonly<Record<string, string | Buffer>>;
  readonly type?: string;
  /** Whether the server is to refuse every later change of the values. */
  readonly immutable?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
};

/** Compared by value, because a digest kept on the object would let a short value be guessed. */
export function hasContent(live: SecretObject, desired: EncodedSecret): boolean {
  const owned = ownedFields(live);
  if (!owned) {
    return false;
  }
  const { metadata, data, immutable = false } = desired;
  const { name: _name, namespace: _namespace, ...own } = metadata;
  return (
    coversFields(owned, { data, metadata: own }) &&
    hasAsMany(owned['f:data'], data) &&
    hasAsMany(owned['f:metadata']?.['f:labels'], own.labels) &&
    hasAsMany(owned['f:metadata']?.['f:annotations'], own.annotations) &&
    hasAsMany(owned['f:metadata']?.['f:ownerReferences'], own.ownerReferences) &&
    isWithin(data, live.data) &&
    isWithin(own, live.metadata) &&
    immutable === (live.immutable ?? false)
  );
}

/** Covered and equal in number: nothing that was applied earlier is left over. */
function hasAsMany(fields: FieldSet = {}, desired: object = {}): boolean {
  return Object.keys(fields).filter((path) => path !== '.').length === Object.keys(desired).length;
}

/** Whether every scalar of `part` stands in `whole` at the same place. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) {
    return part === undefined || part === whole;
  }
  // An empty map that is wanted, such as no annotations, is not there at all on the server.
  const fields: Readonly<Record<string, unknown>> = typeof whole === 'object' ? { ...whole } : {};
  return Object.entries(part).every(([name, value]) => isWithin(value, fields[name]));
}

export function encode(data: SecretContent['data']): Readonly<Record<string, string>> {
  const entries = Object.entries(data);
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

export function decode(data: Readonly<Record<string, string>>): SecretBytes {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}
