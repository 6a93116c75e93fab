/** Why a construct cannot stand in a CRD, and what an author writes instead. Both halves are clauses without a full stop. */
export type Refusal = { readonly what: string; readonly remedy: string };

/**
 * Thrown while a CRD is generated: something in a zod schema has no equivalent in a structural schema, and guessing would
 * make the API server accept what the operator refuses, or the other way round. `path` is the field (`spec.ports[].name`).
 */
export class SchemaRefusal extends Error {
  readonly path: string;
  readonly what: string;
  readonly remedy: string;

  constructor(path: string, refusal: Refusal & ErrorOptions) {
    super(`${path}: ${refusal.what} is not expressible in a CRD; ${refusal.remedy}`, refusal);
    this.name = 'SchemaRefusal';
    this.path = path;
    this.what = refusal.what;
    this.remedy = refusal.remedy;
  }
}

/**
 * Key under which the two zod converters leave a {@link Refusal} in their output where only the zod schema, not its JSON
 * form, shows the problem (a regex flag, a tuple, a set). `toStructural` turns it into a {@link SchemaRefusal} with the path.
 */
export const refusalKey = 'x-hearth-refusal';
