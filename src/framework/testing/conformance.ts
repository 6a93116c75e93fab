import { collectionPath } from '../api/discovery.ts';
import type { Logger } from '../observe/logger.ts';
import type { Rule } from '../rights/rule.ts';
import { type Baseline, measureBaseline } from './oracles/baseline.ts';
import { restoresChildren } from './oracles/children.ts';
import { survivesCrashes } from './oracles/crash.ts';
import { leavesNothing } from './oracles/deletion.ts';
import { repairsDrift } from './oracles/drift.ts';
import { leavesForeignFields } from './oracles/foreign.ts';
import { isSilent } from './oracles/silence.ts';
import { survivesStaleCache } from './oracles/stale-cache.ts';
import { compareRights, type Excuse } from './rights.ts';
import { StatusWitness } from './status-witness.ts';
import { Trial, type TrialOptions } from './trial.ts';

/** What every kind must be able to bear, by the name under which a failure is reported. */
const ORACLES = {
  silence: isSilent,
  crash: survivesCrashes,
  drift: repairsDrift,
  children: restoresChildren,
  deletion: leavesNothing,
  'stale cache': survivesStaleCache,
  'foreign fields': leavesForeignFields,
} as const satisfies Readonly<Record<string, (trial: Trial, baseline: Baseline) => Promise<void>>>;

/** The oracles that disturb, in the order in which they are best tried. */
export const oracles = Object.keys(ORACLES) as readonly OracleName[];

export type OracleName = keyof typeof ORACLES;

/** What one oracle has found. */
export type Finding = { readonly oracle: OracleName | 'status' | 'secrets' | 'rights'; readonly fault: string };

export type ConformanceOptions = Omit<TrialOptions, 'logger' | 'patienceMs'> & {
  readonly logger?: Logger;
  readonly patienceMs?: number;
};

/**
 * One kind under trial, by one sample, on a real control plane. Nothing of the kind is replaced: the real operator runs
 * in this process, with the rights under test, and its requests go over a wire that can be cut, held and aged.
 */
export class Conformance {
  readonly #trial: Trial;
  readonly #witness: StatusWitness;
  readonly #said: string[] = [];
  #baseline: Promise<Baseline> | undefined;

  constructor({ logger, patienceMs = 30_000, ...options }: ConformanceOptions) {
    const heard = listen(this.#said, logger);
    this.#trial = new Trial({ ...options, logger: heard, patienceMs });
    const { admin: kubeConfig, namespace } = options.cluster;
    this.#witness = new StatusWitness({ kubeConfig, types: [this.#trial.type], namespace });
    this.#witness.start();
  }

  /** Tries the kind. @throws Error that says what was done and what did not come of it. */
  async try(oracle: OracleName): Promise<void> {
    try {
      await ORACLES[oracle](this.#trial, await this.#measured());
    } finally {
      await this.#trial.clear();
    }
  }

  /** What was wrong with any status that was ever to be seen since this was asked last. */
  statusFaults(): string[] {
    return this.#witness.count === 0 ? ['no status was seen at all'] : this.#witness.takeFaults();
  }

  /** Where the operator has told a value that it made up: in a status, an event or the log. */
  async secretsTold(): Promise<string[]> {
    const { namespace } = this.#trial.options.cluster;
    const type = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
    const { items } = await this.#trial.admin.list(collectionPath(type, namespace));
    const places = { status: this.#witness.texts(), event: items.map((item) => JSON.stringify(item)), log: this.#said };
    const values = this.#trial.madeUpSecrets().filter((value) => value.length >= 8);
    return Object.entries(places).flatMap(([place, texts]) =>
      texts.some((text) => values.some((value) => text.includes(value)))
        ? [`a generated value stands in a ${place}`]
        : [],
    );
  }

  /** How declared rights differ from those that the operator of this trial has asked for. */
  rightsFaults(declared: readonly Rule[], excuses: readonly Excuse[] = []): string[] {
    return compareRights(declared, this.#trial.options.cluster.grants(), excuses);
  }

  async end(): Promise<void> {
    await this.#trial.clear();
    await this.#witness.stop();
    await this.#trial.admin.close();
  }

  #measured(): Promise<Baseline> {
    // One that could not be measured, for want of a connection or of time, is measured again by the next oracle.
    this.#baseline ??= measureBaseline(this.#trial).catch((error: unknown) => {
      this.#baseline = undefined;
      throw error;
    });
    return this.#baseline;
  }
}

/** Everything that is wrong with a kind, by all oracles. */
export async function findingsOf(
  conformance: Conformance,
  declared: readonly Rule[],
  excuses: readonly Excuse[] = [],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const oracle of oracles) {
    await conformance.try(oracle).catch((error: unknown) => findings.push({ oracle, fault: String(error) }));
  }
  const told = await conformance.secretsTold();
  return [
    ...findings,
    ...conformance.statusFaults().map((fault) => ({ oracle: 'status', fault }) as const),
    ...told.map((fault) => ({ oracle: 'secrets', fault }) as const),
    ...conformance.rightsFaults(declared, excuses).map((fault) => ({ oracle: 'rights', fault }) as const),
  ];
}

/** A logger that remembers every line and passes it on. */
function listen(lines: string[], next: Logger | undefined, context: object = {}): Logger {
  const hear =
    (level: 'debug' | 'info' | 'warn' | 'error'): Logger['info'] =>
    (message, fields) => {
      lines.push(JSON.stringify({ level, message, ...context, ...fields }));
      next?.[level](message, fields);
    };
  return {
    debug: hear('debug'),
    info: hear('info'),
    warn: hear('warn'),
    error: hear('error'),
    child: (fields) => listen(lines, next?.child(fields), { ...context, ...fields }),
  };
}
