import { celField, rulesIn, UNCHANGED, type ValidationRule } from './fields.ts';
import type { JsonSchema } from './openapi-schema.ts';

/** The rule that a field of an object stays, once it is there. */
export function keptField(name: string, message: string): ValidationRule {
  const field = celField(name);
  return { rule: `has(self.${field}) || !has(oldSelf.${field})`, message };
}

/** Whether a rule is one of {@link keptField}, which an object that is new cannot break. */
export function isKeptField({ rule }: ValidationRule): boolean {
  return /^has\(self\.(\w+)\) \|\| !has\(oldSelf\.\1\)$/.test(rule);
}

/** Whether a value, or a field somewhere in it, is immutable; what is in lists and records comes and goes with its entry. */
function holdsImmutable(schema: JsonSchema): boolean {
  return (
    rulesIn(schema).some(({ rule }) => rule === UNCHANGED) ||
    Object.values(schema.properties ?? {}).some(holdsImmutable)
  );
}

/**
 * The server compares a field with what it was only while it is there: an immutable one that may be left out could be taken
 * away and put back with another value. So the object that holds it says that it stays, and likewise for an object with an
 * immutable field in it.
 */
export function withKeptFields(object: JsonSchema): JsonSchema {
  const { properties = {}, required = [] } = object;
  const loose = Object.entries(properties).filter(
    ([name, field]) => !required.includes(name) && field.default === undefined && holdsImmutable(field),
  );
  const rules = loose.map(([name]) => keptField(name, `${name} cannot be taken away once set`));
  return rules.length === 0 ? object : { ...object, 'x-kubernetes-validations': [...rulesIn(object), ...rules] };
}
