/**
 * Whether a live value is what was asked for, in the place of npm's `deep-equal`: `deepEqual(current.spec, desired.spec)`.
 *
 * What the server filled in does not count: fields that the desired value leaves out are ignored, and an empty desired
 * value (`''`, `0`, `false`, `[]`, `{}`, `null`) equals an absent one, because servers leave those out of their answers.
 * Lists must agree item by item.
 */
export function deepEqual(live: unknown, desired: unknown): boolean {
  if (live === undefined || live === null) {
    return isEmpty(desired);
  }
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) && live.length === desired.length && desired.every((item, i) => deepEqual(live[i], item))
    );
  }
  return typeof desired === 'object' && desired !== null
    ? hasFields(live, desired)
    : desired === undefined || Object.is(live, desired);
}

function hasFields(live: unknown, desired: object): boolean {
  if (typeof live !== 'object') {
    return false;
  }
  const fields: Readonly<Record<string, unknown>> = { ...live };
  return Object.entries(desired).every(([name, value]) => deepEqual(fields[name], value));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).every(isEmpty);
  }
  return !value;
}
