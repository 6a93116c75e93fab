import { APPLIED_ANNOTATION } from '../api/field-manager.ts';
import type { KubeObject } from '../api/object.ts';

/** How many fields are named; of the others only the number. */
const MAX_FIELDS = 12;

/** What the server changes by itself in every write, and what we write to remember the others by. */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  `metadata.annotations[${APPLIED_ANNOTATION}]`,
]);

type Fields = Readonly<Record<string, unknown>>;

/**
 * The paths of the fields in which two versions of an object differ, such as `spec.replicas` or
 * `status.conditions[Ready].message`. Never a value. A Secret's values are not compared: of those, only `data` is named.
 */
export function changedFields(before: KubeObject | undefined, after: KubeObject): string[] {
  if (!before) {
    return [];
  }
  const paths: string[] = [];
  const isSecret = after.kind === 'Secret' && after.apiVersion === 'v1';
  const changed = isSecret
    ? [...differences(before.metadata, after.metadata, 'metadata'), 'data']
    : differences(before, after, '');
  for (const path of changed) {
    if (!BOOKKEEPING.has(path)) {
      paths.push(path);
    }
  }
  const more = paths.length - MAX_FIELDS;
  return more > 0 ? [...paths.slice(0, MAX_FIELDS), `${more} more`] : paths;
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (Object.is(before, after) || BOOKKEEPING.has(path)) {
    return [];
  }
  if (!isComposite(before) || !isComposite(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [path];
  }
  const [from, to] = [fieldsOf(before, path), fieldsOf(after, path)];
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  return [...names].flatMap((name) => differences(from[name], to[name], name));
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The fields of an object or the items of a list, by their paths. */
function fieldsOf(value: object, path: string): Fields {
  const entries = Array.isArray(value)
    ? value.map((item: unknown, index) => [`${path}[${nameOf(item) ?? index}]`, item] as const)
    : Object.entries(value).map(([name, field]) => [join(path, name), field] as const);
  return Object.fromEntries(entries);
}

function join(path: string, name: string): string {
  if (/[^A-Za-z0-9_-]/.test(name)) {
    return `${path}[${name}]`;
  }
  return path === '' ? name : `${path}.${name}`;
}

/** How people call an item of a list: by its type, as conditions, or its name, as containers. */
function nameOf(item: unknown): string | undefined {
  if (!isComposite(item)) {
    return undefined;
  }
  const { type, name }: Fields = { ...item };
  return [type, name].find((each): each is string => typeof each === 'string');
}
