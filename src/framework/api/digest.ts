import { createHash } from 'node:crypto';

/** A short digest of a JSON value that does not depend on the order of its keys; `undefined` fields do not count. */
export function digestOf(value: unknown): string {
  const whole = createHash('sha256').update(canonical(value)).digest('base64url');
  // A slice would keep the whole in memory, and digests are kept for every object.
  return Buffer.from(whole).toString('latin1', 0, 22);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
