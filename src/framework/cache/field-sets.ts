import { FIELD_MANAGER } from '../api/field-manager.ts';
import type { FieldSet, KubeObject } from '../api/object.ts';

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
 * Reduces an object to what the framework reads before it enters the cache: of `managedFields`, only our own applied
 * entries stay, and the sets in them are shared with other objects. They are about half of an object's size, and only
 * our own decide whether a write is needed.
 */
export function reduceManagedFields(object: KubeObject): KubeObject {
  const entries = object.metadata.managedFields;
  if (!entries) {
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

/** The same set, made of parts that other objects have too. What names one owner's UID is not worth sharing. */
function shared(set: FieldSet): FieldSet {
  const fields = Object.entries(set);
  if (fields.length === 0) {
    return EMPTY;
  }
  const copy: Record<string, FieldSet> = {};
  const key: (string | number)[] = [];
  for (const [path, child] of fields) {
    const kept = shared(child);
    const identity = path.startsWith('k:{"uid":') ? undefined : identities.get(kept);
    copy[path] = kept;
    key.push(path, identity ?? Number.NaN);
  }
  return key.includes(Number.NaN) ? copy : known(key.join('\n'), copy);
}

function known(key: string, set: FieldSet): FieldSet {
  const held = sets.get(key)?.deref();
  if (held) {
    return held;
  }
  made += 1;
  identities.set(set, made);
  sets.set(key, new WeakRef(set));
  cleared.register(set, key);
  return set;
}
