import type { AnyDefinition } from './definition.ts';
import { InvalidSpecError } from './outcome.ts';
import { parseSpec } from './schema/parse.ts';

/** A spec with all its defaults: as a user would have to write it, and parsed. */
export type ReadSpec = { readonly complete: unknown; readonly spec: unknown };

/** The reason of a spec that breaks a rule of its schema. */
const INVALID_SPEC = 'InvalidSpec';

/**
 * Fills in the defaults of a spec and parses it. The same at admission and before a run, so that nothing depends on who
 * filled them in.
 * @throws InvalidSpecError that names every field that the schema does not accept; whatever the kind's own functions throw.
 */
export function readSpec(definition: AnyDefinition, raw: unknown): ReadSpec {
  const spec = parsed(definition, raw);
  if (!definition.defaults) {
    return { complete: raw, spec };
  }
  const complete = definition.defaults((raw ?? {}) as never); // the schema has just accepted it
  return { complete, spec: parsed(definition, complete) };
}

/** What the kind itself finds wrong with a spec that its schema has parsed; throws what the check throws. */
export function problemsOf(definition: AnyDefinition, spec: unknown, old?: unknown): readonly InvalidSpecError[] {
  return definition.validate?.(spec as never, old as never) ?? []; // parsed by this definition's schema
}

/** Some problems in one error, which has the reason of the first one; nothing when there are none. */
export function refusalOf(problems: readonly InvalidSpecError[]): InvalidSpecError | undefined {
  const [first] = problems;
  const messages = new Set(problems.map(({ message }) => message));
  return first && new InvalidSpecError(first.reason, [...messages].join('; '));
}

function parsed(definition: AnyDefinition, raw: unknown): unknown {
  const result = parseSpec(definition.spec, raw);
  if (!result.ok) {
    throw new InvalidSpecError(INVALID_SPEC, result.message);
  }
  return result.value;
}
