import type { AnyDefinition, Manifest } from '../../src/framework/framework.ts';
import type { OutsideWorld } from '../../src/framework/testing/cluster.ts';
import type { ConformanceOptions, OracleName } from '../../src/framework/testing/conformance.ts';
import type { FaultKind } from '../faults/fault-kind.ts';
import type { TrialPlace } from '../harness/conformance-cluster.ts';
import { kindPart } from '../harness/kind-part.ts';

/** An object as it stands in `test-manifests`. */
export type Sample = Manifest & { readonly spec?: unknown };

/** What a sample finds around it. */
export type Surroundings = {
  /** Objects that must be there before it. */
  readonly objects: readonly Sample[];
  /** What the kind makes outside the cluster. */
  readonly outside?: OutsideWorld;
  /** Ends what was started for it. */
  readonly stop?: () => Promise<void>;
};

/** Something that only a change of an object starts, such as an upgrade. */
export type Episode = { readonly name: string; readonly live: (place: TrialPlace) => Promise<void> };

/**
 * What tests need to try a kind, where its samples alone are not enough: `<kind>.trial.ts` in the kind's directory
 * exports one as `trial`.
 */
export type KindTrial = {
  /** What the conformance kit sets up before it applies a sample. */
  readonly surroundings?: () => Promise<Surroundings>;
  /** Changes a sample where it names something that is elsewhere in a trial. */
  readonly adapt?: (sample: Sample, namespace: string) => Sample;
  /** The samples that are tried, by name, and by what; all by everything unless said. */
  readonly only?: Readonly<Record<string, readonly OracleName[]>>;
  /** Fields that are left as somebody made them, and why. */
  readonly unrepaired?: ConformanceOptions['unrepaired'];
  /** What a sample by itself does not come to. */
  readonly episodes?: readonly Episode[];
  /** How the kind takes part in the fault matrix, which has the controllers, simulated pods and PostgreSQL. */
  readonly faults?: FaultKind;
};

/** What a kind's directory says of how to try it; nothing for a kind whose samples are enough. */
export async function trialOf(definition: Pick<AnyDefinition, 'kind'>): Promise<KindTrial> {
  return (await kindPart<KindTrial>(definition, 'trial')) ?? {};
}
