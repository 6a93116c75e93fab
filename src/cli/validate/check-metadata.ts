import { isObject, type Problem } from './problem.ts';

const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const NAME_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What is wrong with the name, the namespace, the labels and the annotations of an object of any kind of ours. */
export function checkMetadata(metadata: Readonly<Record<string, unknown>>): Problem[] {
  const { name, namespace = 'default', labels, annotations } = metadata;
  const faults: readonly (readonly [boolean, string, string])[] = [
    [isText(name, SUBDOMAIN, 253), 'name', 'must be lower case letters, digits, dashes and dots, 253 at most'],
    [isText(namespace, LABEL, 63), 'namespace', 'must be lower case letters, digits and dashes, 63 at most'],
    [hasKeys(labels) && hasValues(labels, isLabelValue), 'labels', 'must have keys and values that labels can have'],
    [
      hasKeys(annotations) && hasValues(annotations),
      'annotations',
      'must have keys that annotations can have, and texts',
    ],
  ];
  return faults
    .filter(([holds]) => !holds)
    .map(([, field, message]) => ({ field: `metadata.${field}`, message, by: 'schema' }));
}

function isText(value: unknown, pattern: RegExp, length: number): boolean {
  return typeof value === 'string' && pattern.test(value) && value.length <= length;
}

function isLabelValue(value: string): boolean {
  return value === '' || isText(value, NAME_PART, 63);
}

function hasValues(map: unknown, isRight: (value: string) => boolean = () => true): boolean {
  return !isObject(map) || Object.values(map).every((value) => typeof value === 'string' && isRight(value));
}

/** `name` or `domain/name`. */
function hasKeys(map: unknown): boolean {
  if (map === undefined || map === null) {
    return true;
  }
  return isObject(map) && Object.keys(map).every(isKey);
}

function isKey(key: string): boolean {
  const [first = '', second, ...more] = key.split('/');
  const isName = isText(second ?? first, NAME_PART, 63);
  return more.length === 0 && isName && (second === undefined || isText(first, SUBDOMAIN, 253));
}
