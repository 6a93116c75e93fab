import { collectionPath } from '../../src/framework/api/discovery.ts';
import { definitions } from '../../src/resources/resources.ts';
import { trialOf } from '../conformance/kind-trial.ts';
import type { FaultKind } from './fault-kind.ts';

/** A kind in the fault matrix. */
export type Participant = {
  readonly kind: string;
  readonly plural: string;
  /** Where its objects are in a namespace. */
  readonly collection: (namespace: string) => string;
  readonly entry: FaultKind;
};

/** Every registered kind whose `.trial.ts` says how it takes part. */
export const participants: readonly Participant[] = (
  await Promise.all(
    definitions.map(async ({ group, version, kind, names: { plural }, scope }) => {
      const { faults: entry } = await trialOf({ kind });
      const type = { group, version, kind, plural, namespaced: scope !== 'Cluster' };
      const collection = (namespace: string) => collectionPath(type, namespace);
      return entry ? [{ kind, plural, collection, entry }] : [];
    }),
  )
).flat();
