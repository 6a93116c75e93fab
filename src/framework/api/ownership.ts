import { type FieldConflict, FieldConflictError } from './field-conflict.ts';
import { FIELD_MANAGER, KEPT_FOR_ANNOTATION } from './field-manager.ts';
import { describeRef, type FieldSet, type KubeObject, keyFor, type ManagedFieldsEntry, refOf } from './object.ts';

/** The server's record of our last apply of the object, or `undefined` when we never applied it. */
export function ownedEntry(object: KubeObject): ManagedFieldsEntry | undefined {
  return object.metadata.managedFields?.find(
    ({ manager, operation, subresource }) => manager === FIELD_MANAGER && operation === 'Apply' && !subresource,
  );
}

/** The fields of the object that our last apply owns, or `undefined` when we never applied it. */
export function ownedFields(object: KubeObject): FieldSet | undefined {
  return ownedEntry(object)?.fieldsV1;
}

/**
 * Whether every field of a desired value is in a field set, whatever its value.
 *
 * A writer that changes a field takes it out of the sets of all others (structured-merge-diff), so a desired state
 * that was applied once and is still wholly ours has not been changed by anybody. No value is compared, and so no
 * server default and no normalised quantity can look like a difference. What is empty is the exception: the server
 * records nothing for an empty list with keys or an empty map, and then the live object must have it as empty.
 */
export function coversFields(fields: FieldSet, desired: unknown, live?: unknown): boolean {
  if (isLeaf(fields)) {
    return true;
  }
  if (Array.isArray(desired)) {
    return coversItems(fields, desired, Array.isArray(live) ? live : []);
  }
  if (typeof desired !== 'object' || desired === null) {
    return true;
  }
  return Object.entries(desired).every(([name, value]) => {
    const field = fields[`f:${name}`];
    const held = fieldOf(live, name);
    return value === undefined || (field ? coversFields(field, value, held) : isSameNothing(value, held));
  });
}

/** An empty set marks a scalar, or a list or map that is owned as a whole. */
function isLeaf(fields: FieldSet): boolean {
  return Object.keys(fields).every((key) => key === '.');
}

/** Whether a desired value of which nothing is recorded is empty, and so is what stands in its place. */
function isSameNothing(desired: unknown, live: unknown): boolean {
  if (typeof desired !== 'object') {
    return false;
  }
  const fields = Array.isArray(desired) ? [] : Object.entries(desired ?? {});
  if (fields.length > 0) {
    return fields.every(([name, value]) => isSameNothing(value, fieldOf(live, name)));
  }
  return JSON.stringify(desired) === JSON.stringify(live);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** Each recorded item stands for one wanted item: those that name most of their key fields choose first. */
function coversItems(fields: FieldSet, items: readonly unknown[], live: readonly unknown[]): boolean {
  const free = new Map(Object.entries(fields));
  return items
    .toSorted((a, b) => fieldCount(b) - fieldCount(a))
    .every((item) => {
      const match = [...free].find(([path, child]) => coversItem({ path, child }, item, live));
      return match !== undefined && free.delete(match[0]);
    });
}

function fieldCount(item: unknown): number {
  return typeof item === 'object' && item !== null ? Object.keys(item).length : 0;
}

type RecordedItem = { readonly path: string; readonly child: FieldSet };

function coversItem({ path, child }: RecordedItem, item: unknown, live: readonly unknown[]): boolean {
  if (path.startsWith('v:')) {
    return path === `v:${JSON.stringify(item)}`;
  }
  if (!path.startsWith('k:')) {
    return false;
  }
  const keys: Readonly<Record<string, unknown>> = JSON.parse(path.slice(2));
  const held = live.find((each) => matchesKeys(keys, each));
  return matchesKeys(keys, item) && coversFields(child, item, held);
}

/** Key fields that the desired item leaves out were filled in by the server, as `protocol: TCP` of a port is. */
function matchesKeys(keys: Readonly<Record<string, unknown>>, item: unknown): boolean {
  if (typeof item !== 'object' || item === null) {
    return false;
  }
  const fields: Readonly<Record<string, unknown>> = { ...item };
  return Object.entries(keys).every(([name, value]) => fields[name] === undefined || fields[name] === value);
}

/** An object that we may not write, because it is somebody else's. */
export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
}

/** Who writes: the object that is to own what is written. */
export type Owner = {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid: string;
};

/** How a Secret says for whom it is kept: `PostgresDatabase/homelab/db`. */
export function keptForMark({ kind, name, namespace }: Owner): string {
  return `${kind}/${keyFor(name, namespace)}`;
}

export type OwnershipRules = {
  readonly owner?: Owner | undefined;
  /** Whether an object that nobody controls and that we did not make may be taken over. */
  readonly adopt?: boolean | undefined;
  /** Whether the object that a {@link keptForMark} names is there: what it holds is never adopted. */
  readonly isHolderAlive?: ((mark: string) => boolean) | undefined;
};

/**
 * Refuses objects that belong to somebody else: controlled by another object, or made by somebody else.
 * @throws OwnershipError that names the object and its holder.
 */
export function assertMayWrite(live: KubeObject, { owner, adopt = false, isHolderAlive }: OwnershipRules): void {
  const references = live.metadata.ownerReferences ?? [];
  const controller = references.find((reference) => reference.controller);
  const what = describeRef(refOf(live));
  if (controller && controller.uid !== owner?.uid) {
    throw new OwnershipError(`${what} is controlled by ${controller.kind} ${controller.name}: rename one of the two`);
  }
  const keptFor = live.metadata.annotations?.[KEPT_FOR_ANNOTATION];
  const isKept = owner !== undefined && keptFor === keptForMark(owner);
  if (keptFor !== undefined && !isKept && !(adopt && !isHolderAlive?.(keptFor))) {
    throw new OwnershipError(`${what} is kept for ${keptFor}: rename or delete one of the two`);
  }
  const ours = isKept || ownedFields(live) !== undefined || references.some(({ uid }) => uid === owner?.uid);
  if (!ours && !adopt) {
    throw new OwnershipError(`${what} exists and was not made by Hearth: rename or delete one of the two`);
  }
}

/**
 * Refuses to take fields from somebody who will ask for them again.
 *
 * Our own children are ours alone, whoever writes to them. An object that was adopted is shared: what somebody wrote into
 * it once is taken over, as adopting says, but who applies to it will do so again, and neither would ever be done.
 * @throws FieldConflictError that names the manager and the fields.
 */
export function assertMayForce(
  conflicts: readonly FieldConflict[],
  { live, adopt = false }: OwnershipRules & { readonly live: KubeObject | undefined },
): void {
  const controller = live?.metadata.ownerReferences?.find((reference) => reference.controller);
  const applied = conflicts.filter(({ applies, manager }) => applies && manager !== FIELD_MANAGER);
  if (live && adopt && controller === undefined && applied.length > 0) {
    throw new FieldConflictError(refOf(live), applied);
  }
}
