import type { SeenObject, Suite } from '../harness/suite.ts';

/** A version of an object's spec: as it was made, and as it is after somebody changed it. */
export type Version = 'made' | 'changed';

/** How a kind takes part in the fault matrix. */
export type FaultKind = {
  readonly manifest: (name: string, version: Version) => { readonly metadata: { readonly name: string } };
  /** The Secret that belongs to an object, if any: no value in it may ever change. */
  readonly secretOf?: (name: string) => string;
  /** The name of the database and role on the server that belong to an object, if any. */
  readonly databaseOf?: (namespace: string, name: string) => string;
  /** Expects that what the object stands for is there, in the given version. */
  readonly expectInLine: (suite: Suite, object: SeenObject, version: Version) => Promise<void>;
};
