import { hash } from 'node:crypto';

/** A short digest of a JSON value that does not depend on the order of its keys; `undefined` fields do not count. */
export function digestOf(value: unknown): string {
  const whole = hash('sha256', canonical(value), 'base64url');
  // A slice would keep the whole in memory, and digests are kept for every object.
  return Buffer.from(whole).toString('latin1', 0, 22);
}

/** One string that grows: with every write a manifest is digested, and lists of its parts would be most of the garbage. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value) ?? 'null';
  }
  return Array.isArray(value) ? canonicalList(value) : canonicalFields(value as Readonly<Record<string, unknown>>);
}

function canonicalList(items: readonly unknown[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index += 1) {
    text += (index === 0 ? '' : ',') + canonical(items[index]);
  }
  return `${text}]`;
}

function canonicalFields(fields: Readonly<Record<string, unknown>>): string {
  let text = '{';
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field !== undefined) {
      text += `${text.length === 1 ? '' : ','}${JSON.stringify(name)}:${canonical(field)}`;
    }
  }
  return `${text}}`;
}
