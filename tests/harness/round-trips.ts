import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { z } from 'zod';
import type { OlderVersion } from '../../src/framework/framework.ts';

export type RoundTrips = {
  readonly version: OlderVersion;
  readonly schemas: { readonly older: z.ZodType; readonly current: z.ZodType };
  /** Specs as users write them. */
  readonly specs: { readonly older: fc.Arbitrary<unknown>; readonly current: fc.Arbitrary<unknown> };
};

/**
 * Looks for a spec that does not survive the way to the other version and back, or that the schema over there does not
 * accept.
 * @returns the smallest one found, in words; nothing when there is none.
 */
export function lossyRoundTrips({ version, schemas, specs }: RoundTrips): string | undefined {
  const toCurrent = version.toCurrent as (spec: unknown) => unknown;
  const fromCurrent = version.fromCurrent as (spec: unknown) => unknown;
  const ways = [
    { name: 'older → current → older', from: specs.older, there: toCurrent, back: fromCurrent, over: schemas.current },
    {
      name: 'current → older → current',
      from: specs.current,
      there: fromCurrent,
      back: toCurrent,
      over: schemas.older,
    },
  ];
  for (const { name, from, there, back, over } of ways) {
    const survives = (drawn: unknown) => {
      const spec: unknown = structuredClone(drawn); // fast-check's objects have no prototype, those of JSON have
      const other = there(spec);
      return over.safeParse(other).success && isDeepStrictEqual(back(other), spec);
    };
    const { counterexample } = fc.check(fc.property(from, survives));
    if (counterexample) {
      return `${name}: ${JSON.stringify(counterexample[0])}`;
    }
  }
  return undefined;
}
