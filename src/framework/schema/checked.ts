import type { AnyZod } from './json-schema.ts';

type Zod3Def = { readonly effect?: object };

/** The checks, as zod keeps them, that their authors know to be functions of their own. */
const known = new WeakSet<object>();

/** What zod keeps of every `refine` and `superRefine` on a schema itself, not on what is in it. */
export function functionChecksOf(schema: AnyZod): readonly object[] {
  if ('_zod' in schema) {
    return (schema._zod.def.checks ?? []).filter((check) => check._zod.def.check === 'custom');
  }
  const { effect } = schema._def as Zod3Def;
  return effect && 'refinement' in effect ? [effect] : [];
}

/**
 * Says that the `refine` and `superRefine` of a schema are meant to be functions, which no CRD can hold: the API server
 * takes any value, the webhook refuses a wrong one where it is on, and otherwise the object becomes `Stalled` with the
 * check's own words. Without this, generation fails. What can be said as CEL is better said with `rule`.
 *
 * @example schedule: checkedByOperator(z.string().refine(isCron, 'must be a cron expression'))
 * @throws TypeError when the schema has no such check, or only inside.
 */
export function checkedByOperator<T extends AnyZod>(schema: T): T {
  const checks = functionChecksOf(schema);
  if (checks.length === 0) {
    throw new TypeError(
      'checkedByOperator() is for a schema with .refine() or .superRefine(): put it right around that',
    );
  }
  for (const check of checks) {
    known.add(check);
  }
  return schema;
}

/** Whether a schema has a check that would be lost in a CRD without anybody having said so. */
export function losesCheck(schema: AnyZod): boolean {
  return functionChecksOf(schema).some((check) => !known.has(check));
}
