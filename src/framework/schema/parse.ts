import { z } from 'zod';
import { describeIssue, type Issue } from './issues.ts';
import { type AnyZod, isZod4 } from './json-schema.ts';

/** The parsed value, or one sentence for a condition message. */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string };

/** The value a schema of either zod version parses to. */
export type Parsed<T extends AnyZod> = T extends z.core.$ZodType
  ? z.core.output<T>
  : T extends { readonly _output: infer Output }
    ? Output
    : never;

/** What a schema of either zod version accepts: fields with a default may be missing. */
export type Unparsed<T extends AnyZod> = T extends z.core.$ZodType
  ? z.core.input<T>
  : T extends { readonly _input: infer Input }
    ? Input
    : never;

/** How many problems a message names before it only counts the rest. */
const namedProblems = 5;

function messageOf(issues: readonly Issue[], input: unknown, root: string): string {
  const all = [...new Set(issues.map((issue) => describeIssue(issue, input, root)))];
  const rest = all.length - namedProblems;
  return all.slice(0, namedProblems).join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

function issuesOf(schema: AnyZod, input: unknown): { value: unknown } | { issues: readonly Issue[] } {
  if (isZod4(schema)) {
    const result = z.safeParse(schema, input);
    return result.success
      ? { value: result.data }
      : { issues: result.error.issues as readonly unknown[] as readonly Issue[] };
  }
  const result = schema.safeParse(input);
  return result.success
    ? { value: result.data }
    : { issues: result.error.issues as readonly unknown[] as readonly Issue[] };
}

/**
 * Parses an object's spec with its zod schema (either version), filling defaults. A missing spec is read as `{}`. The message
 * of a failure names each field and what is wrong with it, in the same words for the same fault every time and for both zod
 * versions. It never contains a value, since a value may be a secret; what a schema's own `refine` says is passed on as
 * written, so such texts must not quote values either. `root` is what the message calls the top, by default `spec`.
 *
 * @throws what a transform of the schema throws; zod's error for a schema with asynchronous parts.
 */
export function parseSpec<T extends AnyZod>(schema: T, value: unknown, root = 'spec'): ParseResult<Parsed<T>> {
  const input = value ?? {};
  const result = issuesOf(schema, input);
  return 'value' in result
    ? { ok: true, value: result.value as Parsed<T> }
    : { ok: false, message: messageOf(result.issues, input, root) };
}
