import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import type { Rule } from '../../src/framework/rights/rule.ts';
import { Admin, type OutsideWorld } from '../../src/framework/testing/cluster.ts';
import {
  Conformance,
  type ConformanceOptions,
  type OracleName,
  oracles,
} from '../../src/framework/testing/conformance.ts';
import type { Grant } from '../../src/framework/testing/rights.ts';
import { reasonAgainst } from '../../testenv/src/capabilities.ts';
import { attachTestenv } from '../../testenv/src/testenv.ts';
import { createTrialPlace, type TrialPlace } from '../harness/conformance-cluster.ts';
import type { Episode, KindTrial, Sample } from './kind-trial.ts';
import { inNamespace } from './samples.ts';

/** One sample of one kind, and what it needs. */
export type TrialCase = {
  readonly definition: AnyDefinition;
  readonly sample: Sample;
  /** What the operator may do in this trial. */
  readonly rights: readonly Rule[];
  /** What the kind's directory says of how to try it. */
  readonly kindTrial?: KindTrial;
  /** What the kind makes outside the cluster, by the namespace of the trial, where no surroundings tell. */
  readonly outside?: (namespace: string) => OutsideWorld;
  /** What it is tried by; everything unless said. */
  readonly by?: readonly OracleName[] | undefined;
} & Pick<ConformanceOptions, 'unrepaired' | 'patienceMs'>;

/** A trial under way. */
export type RunningTrial = {
  readonly conformance: Conformance;
  readonly place: TrialPlace;
  readonly end: () => Promise<void>;
};

/** Makes a place with all that the sample needs, and the kit for it. */
export async function startTrial({ sample, rights, kindTrial, outside, ...options }: TrialCase): Promise<RunningTrial> {
  const around = await kindTrial?.surroundings?.();
  const place = await createTrialPlace(attachTestenv(inject('testenv')), sample.metadata.name, rights);
  const moved = inNamespace(sample, place.namespace);
  const bystanders = await Promise.all((around?.objects ?? []).map((object) => createAt(place, object)));
  const conformance = new Conformance({
    ...options,
    cluster: place,
    sample: kindTrial?.adapt?.(moved, place.namespace) ?? moved,
    outside: around?.outside ?? outside?.(place.namespace),
    bystanders,
  });
  const end = async () => {
    await conformance.end();
    await place.remove();
    await around?.stop?.();
  };
  return { conformance, place, end };
}

const lacking = reasonAgainst(inject('testenv'), ['controllers', 'pods', 'audit']);

/**
 * Declares tests that run beside those of other trials, unless they are to be alone. Where trials cannot be, they are
 * skipped and say why.
 */
export function describeTrial(name: string, tests: () => void, options: { readonly alone?: boolean } = {}): void {
  if (lacking === undefined) {
    (options.alone ? describe : describe.concurrent)(name, tests);
  } else {
    describe.skip(`${name} [skipped: ${lacking}]`, tests);
  }
}

/** Trials run side by side, but the tests of one share its sample. */
const TAKING_TURNS = { concurrent: false, timeout: 300_000 };

/** Declares one test for each oracle; they take turns with the one sample. @returns what the operator asked for. */
export function conformanceTests(trial: TrialCase): () => readonly Grant[] {
  let running: RunningTrial | undefined;
  const kit = () => {
    if (!running) {
      throw new Error('the trial is there only inside tests');
    }
    return running;
  };
  let grants: readonly Grant[] = [];
  beforeAll(async () => {
    running = await startTrial(trial);
  });
  afterAll(async () => {
    grants = running?.place.grants() ?? [];
    await running?.end();
  });
  for (const oracle of trial.by ?? oracles) {
    test(oracle, TAKING_TURNS, async () => await kit().conformance.try(oracle));
  }
  test('every status that was ever to be seen keeps its promises', TAKING_TURNS, () => {
    expect(kit().conformance.statusFaults()).toEqual([]);
  });
  test('no generated value was told in a status, an event or the log', TAKING_TURNS, async () => {
    expect(await kit().conformance.secretsTold()).toEqual([]);
  });
  return () => grants;
}

/** Declares the test of an episode. @returns what the operator asked for in it. */
export function episodeTest(
  { names }: Pick<AnyDefinition, 'names'>,
  { live }: Episode,
  rights: readonly Rule[],
): () => readonly Grant[] {
  let place: TrialPlace | undefined;
  let grants: readonly Grant[] = [];
  beforeAll(async () => {
    place = await createTrialPlace(attachTestenv(inject('testenv')), names.singular, rights);
  });
  afterAll(async () => {
    grants = place?.grants() ?? [];
    await place?.remove();
  });
  test('comes to its end', TAKING_TURNS, async () => {
    if (place) {
      await live(place);
    }
  });
  return () => grants;
}

/** @returns the object's path. */
async function createAt({ namespace, admin: kubeConfig }: TrialPlace, object: Sample): Promise<string> {
  const admin = new Admin(kubeConfig);
  try {
    return await admin.createIn(namespace, object);
  } finally {
    await admin.close();
  }
}
