/** The parts of Kubernetes objects that the framework looks at, as they stand in JSON (times are strings). */

/** One entry of `metadata.managedFields`: which fields a writer owns. */
export type ManagedFieldsEntry = {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldSet;
};

/** A `fieldsV1` tree: keys are `f:<field>`, `k:<json of the key fields>`, `v:<json of the value>`, `i:<index>` or `.`. */
export type FieldSet = { readonly [path: string]: FieldSet };

/** An entry of `metadata.ownerReferences`. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
};

/** Metadata of an object as the API server returned it. */
export type ObjectMeta = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
};

/** An object as the API server returned it. Objects in the cache are shared: nobody may change them. */
export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: unknown;
  readonly status?: unknown;
};

/** What we want an object to be: only the fields we mean to own, and of each kind its own. */
export type Manifest = Identified | (Identified & { readonly [field: string]: unknown });

type Identified = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
};

/** Names one object without knowing whether it exists. */
export type ObjectRef = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
};

/** The key of an object among those of its kind: `namespace/name`, or `name` when it has no namespace. */
export type ObjectKey = string;

/** Builds an {@link ObjectKey}. */
export function keyFor(name: string, namespace?: string): ObjectKey {
  return namespace ? `${namespace}/${name}` : name;
}

/** The {@link ObjectKey} of an object. */
export function keyOf(object: KubeObject): ObjectKey {
  return keyFor(object.metadata.name, object.metadata.namespace);
}

/** How messages name an object: `Secret homelab/db`. */
export function describeRef(ref: ObjectRef): string {
  return `${ref.kind} ${keyFor(ref.name, ref.namespace)}`;
}

/** The {@link ObjectRef} of an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { name, namespace } = object.metadata;
  return { apiVersion: object.apiVersion, kind: object.kind, name, namespace };
}

/** The {@link ObjectRef} of what a manifest describes. */
export function refIn({ apiVersion, kind, metadata }: Manifest): ObjectRef {
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}

/** Splits an apiVersion: `apps/v1` → group `apps`, version `v1`; the core group is the empty string. */
export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** Joins group and version into an apiVersion. */
export function joinApiVersion(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`;
}

/**
 * Orders two resource versions of the same kind: negative when `a` is older.
 * Legal since resource versions are defined to be comparable decimal numbers (KEP-5504, stable in Kubernetes 1.35).
 */
export function compareResourceVersions(a: string, b: string): number {
  if (a.length !== b.length) {
    return a.length - b.length;
  }
  return a < b ? -1 : Number(a > b);
}
