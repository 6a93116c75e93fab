import type { z } from 'zod';
import type { AnyZod } from './json-schema.ts';
import type { Unparsed } from './parse.ts';

/**
 * A version of a kind that is still served beside the current one, which alone is stored and reconciled. The two
 * functions are pure, take what their schema accepts and give what the other one's does. Going there and back again comes
 * to the same, so what one version cannot say has to be derivable: nothing else keeps it.
 */
export type OlderVersion = {
  readonly version: string;
  readonly spec: AnyZod;
  readonly status?: z.ZodObject;
  /** Shown to whoever uses the version: what to use instead. */
  readonly deprecationWarning?: string;
  readonly toCurrent: (spec: never) => unknown;
  readonly fromCurrent: (spec: never) => unknown;
};

/** Declares an older version; gives its functions their types. `current` is the schema of the current version. */
export function olderVersion<TOld extends AnyZod, TCurrent extends AnyZod>(
  version: Omit<OlderVersion, 'spec' | 'toCurrent' | 'fromCurrent'> & {
    readonly spec: TOld;
    readonly current: TCurrent;
    readonly toCurrent: (spec: Unparsed<TOld>) => Unparsed<TCurrent>;
    readonly fromCurrent: (spec: Unparsed<TCurrent>) => Unparsed<TOld>;
  },
): OlderVersion {
  return version;
}
