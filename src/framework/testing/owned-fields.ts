import { FIELD_MANAGER } from '../api/field-manager.ts';
import type { FieldSet, KubeObject } from '../api/object.ts';

/** A field, or an item of a list, that the server records as ours. */
export type OwnedField = {
  /** The same for the same field, wherever its item stands in a list. */
  readonly id: string;
  /** Where it stands now, as JSON Patch wants it. */
  readonly pointer: string;
  readonly value: unknown;
  /** Whether it is a list item, or the field that tells a list item from the others: changing it makes another item. */
  readonly isIdentity: boolean;
};

type Place = { readonly id: string; readonly pointer: string; readonly keys: readonly string[] };

/** Every field of the object that is ours, status aside. */
export function ownedFieldsOf(object: KubeObject): OwnedField[] {
  const entries = object.metadata.managedFields ?? [];
  const own = entries.filter(({ manager, subresource }) => manager === FIELD_MANAGER && !subresource);
  const root = { id: '', pointer: '', keys: [] };
  const fields = own.flatMap(({ fieldsV1 }) => (fieldsV1 ? [...leavesOf(object, fieldsV1, root)] : []));
  return [...new Map(fields.map((field) => [field.id, field])).values()];
}

function* leavesOf(value: unknown, fields: FieldSet, place: Place): Generator<OwnedField> {
  for (const [key, children] of Object.entries(fields)) {
    const found = step(value, key);
    if (!found) {
      continue;
    }
    const id = `${place.id}/${key}`;
    const pointer = `${place.pointer}/${String(found.at).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const isIdentity = !key.startsWith('f:') || place.keys.includes(key.slice(2));
    const isItem = key.startsWith('k:');
    if (isItem || isLeaf(children)) {
      yield { id, pointer, value: found.value, isIdentity };
    }
    const keys = isItem ? Object.keys(JSON.parse(key.slice(2)) as object) : [];
    yield* leavesOf(found.value, children, { id, pointer, keys });
  }
}

function isLeaf(fields: FieldSet): boolean {
  return Object.keys(fields).every((key) => key === '.');
}

type Found = { readonly at: string | number; readonly value: unknown };

/** Follows one step of a field path; `undefined` when nothing is there, or for the mark of the whole (`.`). */
function step(value: unknown, key: string): Found | undefined {
  const kind = key.slice(0, 2);
  const rest = key.slice(2);
  if (kind === 'f:') {
    const inner = (value as Readonly<Record<string, unknown>> | undefined)?.[rest];
    return inner === undefined ? undefined : { at: rest, value: inner };
  }
  if (!Array.isArray(value) || (kind !== 'k:' && kind !== 'v:')) {
    return undefined;
  }
  const wanted: unknown = JSON.parse(rest);
  const at = value.findIndex((item) => (kind === 'v:' ? item === wanted : hasKeys(item, wanted as object)));
  return at === -1 ? undefined : { at, value: value[at] };
}

function hasKeys(item: unknown, keys: object): boolean {
  const fields = item as Readonly<Record<string, unknown>>;
  return Object.entries(keys).every(([name, value]) => fields[name] === value);
}
