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
 * The paths of the fields that a write has changed, such as `spec.replicas` or `status.conditions[Ready].message`. Never a
 * value. What others changed meanwhile does not count, so only what was sent is looked at, unless nothing of that differs:
 * then something was taken away. A Secret's values are not compared: of those, only `data` is named.
 */
export function changedFields(before: KubeObject | undefined, after: KubeObject, sent: unknown): string[] {
  if (!before) {
    return [];
  }
  const isSecret = after.kind === 'Secret' && after.apiVersion === 'v1';
  const paths = isSecret
    ? [...differences(before.metadata, after.metadata, 'metadata'), 'data']
    : changedOf(before, after, sent);
  const more = paths.length - MAX_FIELDS;
  return more > 0 ? [...paths.slice(0, MAX_FIELDS), `${more} more`] : paths;
}

function changedOf(before: KubeObject, after: KubeObject, sent: unknown): string[] {
  const all = differences(before, after, '');
  const named = pathsOf(sent, '');
  const own = all.filter((path) => named.some((each) => isWithin(each, path) || isWithin(path, each)));
  return own.length > 0 ? own : all;
}

/** The paths of the leaves of what was sent. */
function pathsOf(sent: unknown, path: string): string[] {
  if (!isComposite(sent) || Object.keys(sent).length === 0) {
    return path === '' ? [] : [path];
  }
  return Object.entries(fieldsOf(sent, path)).flatMap(([name, value]) => pathsOf(value, name));
}

function isWithin(path: string, whole: string): boolean {
  return path === whole || path.startsWith(`${whole}.`) || path.startsWith(`${whole}[`);
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
