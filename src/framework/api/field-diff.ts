import { APPLIED_ANNOTATION } from './field-manager.ts';
import type { KubeObject } from './object.ts';

/** A field that differs. A secret value is never shown: `before` and `after` only say whether there is one. */
export type FieldChange = {
  readonly path: string;
  /** As JSON; `undefined` when the field is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
};

/** What the server keeps for itself, and our own digest, which says nothing to people. */
const HIDDEN = new Set([
  'metadata.creationTimestamp',
  'metadata.generation',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.uid',
  `metadata.annotations["${APPLIED_ANNOTATION}"]`,
]);

/** Repeats the whole object, a Secret's values too. */
const COPY = 'metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]';

const REDACTED = '(secret)';

/** The fields in which an object differs from what it was, one by one and in order; all of them for a new object. */
export function fieldChanges(before: KubeObject | undefined, after: KubeObject): readonly FieldChange[] {
  const changes = compare('', before && contentOf(before), contentOf(after));
  const isSecret = ({ path }: FieldChange) =>
    path === COPY || (after.kind === 'Secret' && /^(?:stringD|d)ata\b/.test(path));
  return changes
    .filter(({ path }) => !HIDDEN.has(path))
    .map((change) => (isSecret(change) ? redacted(change) : change));
}

function redacted({ path, before, after }: FieldChange): FieldChange {
  const shown = (value: string | undefined) => (value === undefined ? undefined : REDACTED);
  return { path, before: shown(before), after: shown(after) };
}

/** Who and where the object is stands above the list. */
function contentOf({ apiVersion: _apiVersion, kind: _kind, metadata, ...content }: KubeObject): unknown {
  const { name: _name, namespace: _namespace, ...rest } = metadata;
  return { metadata: rest, ...content };
}

function compare(path: string, before: unknown, after: unknown): readonly FieldChange[] {
  if (HIDDEN.has(path) || JSON.stringify(before) === JSON.stringify(after)) {
    return [];
  }
  const [held, wanted] = [partsOf(before), partsOf(after)];
  if ((!held && !wanted) || (before !== undefined && !held) || (after !== undefined && !wanted)) {
    return [{ path, before: JSON.stringify(before), after: JSON.stringify(after) }];
  }
  const names = new Set([...(held?.keys() ?? []), ...(wanted?.keys() ?? [])]);
  return [...names].flatMap((name) => compare(join(path, name), held?.get(name), wanted?.get(name)));
}

/** What stands in a map or list by its name; nothing for a scalar, and for what is empty. */
function partsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) {
    return undefined;
  }
  return Array.isArray(value)
    ? new Map(value.map((item, index) => [`[${nameOf(item) ?? index}]`, item]))
    : new Map(Object.entries(value));
}

/** Items of most lists have a name that stays when the order changes. */
function nameOf(item: unknown): string | undefined {
  const name: unknown = typeof item === 'object' && item !== null && 'name' in item ? item.name : undefined;
  return typeof name === 'string' ? `name=${name}` : undefined;
}

function join(path: string, name: string): string {
  if (name.startsWith('[')) {
    return path + name;
  }
  if (!/^[\w-]+$/.test(name)) {
    return `${path}["${name}"]`;
  }
  return path === '' ? name : `${path}.${name}`;
}
