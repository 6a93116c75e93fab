import type { PostgresHandle } from '../../testenv/src/postgres.ts';
import type { SeenObject, Suite } from '../harness/suite.ts';

/** A version of an object's spec: as it was made, and as it is after somebody changed it. */
export type Version = 'made' | 'changed';

type Named = { readonly kind: string; readonly metadata: { readonly name: string } };

/** How a kind takes part in the fault matrix. */
export type FaultKind = {
  /** What all its objects find before them; the matrix has a PostgreSQL server. Several kinds may name the same. */
  readonly surroundings?: (server: PostgresHandle) => readonly Named[];
  readonly manifest: (name: string, version: Version) => Omit<Named, 'kind'>;
  /** The Secret that belongs to an object, if any: no value in it may ever change. */
  readonly secretOf?: (name: string) => string;
  /** The name of the database and role on the server that belong to an object, if any. */
  readonly databaseOf?: (namespace: string, name: string) => string;
  /** Expects that what the object stands for is there, in the given version. */
  readonly expectInLine: (suite: Suite, object: SeenObject, version: Version) => Promise<void>;
};
