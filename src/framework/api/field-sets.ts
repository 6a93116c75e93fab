import { FIELD_MANAGER } from './field-manager.ts';
import type { FieldSet, KubeObject, ManagedFieldsEntry } from './object.ts';

const EMPTY: FieldSet = Object.freeze({});

/**
 * Every set that is in use, once. Objects made from one manifest have nearly the same sets, and those are most of what
 * `managedFields` weighs. Sets that no object has any more go with the garbage.
 */
const sets = new Map<string, WeakRef<FieldSet>>();
const identities = new WeakMap<FieldSet, number>([[EMPTY, 0]]);
const cleared = new FinalizationRegistry<string>((key) => {
  if (sets.get(key)?.deref() === undefined) {
    sets.delete(key);
  }
});
let made = 0;

/**
 * Reduces an object to what the framework reads before it is kept anywhere: of `managedFields`, only our own applied
 * entries stay, and the sets in them are shared with other objects. They are about half of an object's size, and only
 * our own decide whether a write is needed. What was reduced already is returned as it is.
 */
export function reduceManagedFields(object: KubeObject): KubeObject {
  const entries = object.metadata.managedFields;
  if (!entries || entries.every(isReduced)) {
    return object;
  }
  const managedFields = entries
    .filter(({ manager, operation }) => manager === FIELD_MANAGER && operation === 'Apply')
    .map(({ apiVersion, subresource, time, fieldsV1 }) => ({
      manager: FIELD_MANAGER,
      operation: 'Apply',
      ...(apiVersion ? { apiVersion } : {}),
      ...(subresource ? { subresource } : {}),
      ...(time ? { time } : {}),
      ...(fieldsV1 ? { fieldsV1: shared(fieldsV1) } : {}),
    }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** The server always says of which type the fields are, and we leave it out. */
function isReduced({ manager, operation, fieldsType }: ManagedFieldsEntry): boolean {
  return manager === FIELD_MANAGER && operation === 'Apply' && fieldsType === undefined;
}

/** The same set, made of parts that other objects have too. What names one owner's UID is not worth sharing. */
function shared(set: FieldSet): FieldSet {
  const paths = Object.keys(set);
  if (paths.length === 0) {
    return EMPTY;
  }
  const parts = paths.map((path) => shared(set[path] ?? EMPTY));
  const make = () => Object.fromEntries(paths.map((path, index) => [path, parts[index] ?? EMPTY]));
  const key = keyOf(paths, parts);
  return key === undefined ? make() : known(key, make);
}

/** What tells sets apart, unless one of the parts is not shared itself. */
function keyOf(paths: readonly string[], parts: readonly FieldSet[]): string | undefined {
  let key = '';
  for (let index = 0; index < paths.length; index += 1) {
    const path = paths[index] ?? '';
    const identity = path.startsWith('k:{"uid":') ? undefined : identities.get(parts[index] ?? EMPTY);
    if (identity === undefined) {
      return undefined;
    }
    key += `${path}\n${identity}\n`;
  }
  return key;
}

/** The set that is known by a key, made if need be. */
function known(key: string, make: () => FieldSet): FieldSet {
  const held = sets.get(key)?.deref();
  if (held) {
    return held;
  }
  const set = make();
  made += 1;
  identities.set(set, made);
  sets.set(key, new WeakRef(set));
  cleared.register(set, key);
  return set;
}
