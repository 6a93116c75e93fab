import type { z } from 'zod';
import type { ZodTypeAny } from 'zod/v3';
import type { JsonSchema } from './openapi-schema.ts';
import { jsonSchemaOfZod3 } from './zod3.ts';
import { jsonSchemaOfZod4 } from './zod4.ts';

/** A schema an author may give: written with zod 4 (`zod`) or with zod 3 (`zod/v3`). */
export type AnyZod = z.core.$ZodType | ZodTypeAny;

/** True for a schema written with zod 4, false for one of `zod/v3`. */
export function isZod4(schema: AnyZod): schema is z.core.$ZodType {
  return '_zod' in schema;
}

/**
 * The JSON schema of what a user may write (the *input* of the zod schema: fields with a default are optional).
 * Zod 4 schemas go through zod's own converter, `zod/v3` schemas through `zod-to-json-schema`; both outputs still need
 * `toStructural`.
 *
 * A `refine`/`superRefine` is not part of the result: no converter can turn a function into a rule of the API server. It is
 * refused unless its author has said with `checkedByOperator` that it is to be enforced by `parseSpec` alone. The key schema
 * of a record is enforced there as well, and not part of the result.
 *
 * @throws SchemaRefusal for a schema that refers to itself; TypeError when the value is no zod schema at all.
 */
export function jsonSchemaOf(schema: AnyZod): JsonSchema {
  if (isZod4(schema)) {
    return jsonSchemaOfZod4(schema);
  }
  if (typeof schema === 'object' && schema !== null && '_def' in schema) {
    return jsonSchemaOfZod3(schema);
  }
  throw new TypeError('Expected a schema made with "zod" or "zod/v3"');
}
