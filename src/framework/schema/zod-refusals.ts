import type { Refusal } from './refusal.ts';

/** What is refused on sight of the zod schema, in the same words for both zod versions. */
export const refusals = {
  tuple: { what: 'a tuple', remedy: 'use an object with named fields' },
  set: { what: 'a set', remedy: "use an array with .meta({ 'x-kubernetes-list-type': 'set' })" },
  map: { what: 'a map', remedy: 'use a record' },
  nothing: { what: 'a field that can hold no value', remedy: 'leave the field out' },
  null: { what: 'null alone', remedy: 'use .nullable() on the other type' },
  nan: { what: 'NaN', remedy: 'use a number' },
  code: { what: 'a value that JSON does not have', remedy: 'use a JSON type with a refine or a CEL rule' },
  refine: {
    what: 'a refine',
    remedy:
      'write it as CEL with rule(), or put checkedByOperator() around it to have it checked later than at admission',
  },
  catch: { what: 'a catch', remedy: 'use .default(), so that a wrong value is refused and not replaced in silence' },
  date: { what: 'a Date', remedy: 'use z.iso.datetime() (zod 3: z.string().datetime()) or a coerced date' },
  bigint: { what: 'a bigint', remedy: 'use an integer or a coerced bigint' },
  duration: {
    what: 'an ISO 8601 duration',
    remedy: 'use a regex; the server reads the format "duration" as Go does (1h30m)',
  },
  recursion: {
    what: 'a schema that refers to itself',
    remedy: 'use z.unknown() at the point of recursion and parse it in the operator',
  },
} as const satisfies Record<string, Refusal>;

/** A pattern with flags that its text does not show. */
export function refusalOfFlags(flags: string): Refusal {
  return {
    what: `a regular expression with the flag "${flags}"`,
    remedy: 'write the pattern without flags (for example [aA] for /a/i)',
  };
}
