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

/** What was there before and what is there after it. */
type Change = readonly [before: unknown, after: unknown];

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
    ? [...differences([before.metadata, after.metadata], 'metadata'), 'data']
    : changedOf(before, after, sent);
  const more = paths.length - MAX_FIELDS;
  return more > 0 ? [...paths.slice(0, MAX_FIELDS), `${more} more`] : paths;
}

function changedOf(before: KubeObject, after: KubeObject, sent: unknown): string[] {
  const own = differences([before, after], '', sent);
  return own.length > 0 ? own : differences([before, after], '');
}

/** In the place of what was sent: everything counts, or nothing does. */
const ALL = Symbol('all');
const NOTHING = Symbol('nothing');

/** The paths of what differs, as far as it was sent. Every write is compared, so what is the same costs next to nothing. */
function differences([before, after]: Change, path: string, sent: unknown = ALL): string[] {
  if (Object.is(before, after) || sent === NOTHING || BOOKKEEPING.has(path)) {
    return [];
  }
  if (!isComposite(before) || !isComposite(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [path];
  }
  const [from, to] = [fieldsOf(before), fieldsOf(after)];
  const within = partsOf(sent);
  const found: string[] = [];
  for (const name of namesOf(from, to)) {
    if (!Object.is(from[name], to[name])) {
      found.push(...differences([from[name], to[name]], join(path, name, Array.isArray(before)), within(name)));
    }
  }
  return found;
}

function namesOf(before: Fields, after: Fields): string[] {
  return [...Object.keys(before), ...Object.keys(after).filter((name) => !Object.hasOwn(before, name))];
}

/** What was sent in the place of each field. A scalar and what is empty stand for all that is below. */
function partsOf(sent: unknown): (name: string) => unknown {
  const fields = isComposite(sent) ? fieldsOf(sent) : {};
  if (Object.keys(fields).length === 0) {
    return () => ALL;
  }
  return (name) => (Object.hasOwn(fields, name) ? fields[name] : NOTHING);
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The fields of an object, or the items of a list by what people call them. */
function fieldsOf(value: object): Fields {
  return Array.isArray(value)
    ? Object.fromEntries(value.map((item: unknown, index) => [nameOf(item) ?? index, item]))
    : (value as Fields);
}

function join(path: string, name: string, isItem: boolean): string {
  if (isItem || /[^A-Za-z0-9_-]/.test(name)) {
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
