import { collectionPath, objectPath, type ResourceType } from '../api/discovery.ts';
import type { KubeObject, Manifest } from '../api/object.ts';
import type { Condition } from '../conditions/conditions.ts';
import type { AnyDefinition } from '../definition.ts';
import type { Logger } from '../observe/logger.ts';
import { Admin, type ConformanceCluster, type OutsideWorld } from './cluster.ts';
import { OperatorRun } from './operator-run.ts';
import { waitUntil } from './patience.ts';
import { differences, type Snapshot, secretValues, snapshotOf } from './snapshot.ts';
import { type Faults, isEvent } from './wire.ts';

/** A kind, one object of it, and where the two are tried. */
export type TrialOptions = {
  readonly cluster: ConformanceCluster;
  readonly definition: AnyDefinition;
  /** An object that gets Ready. Its namespace is that of the cluster. */
  readonly sample: Manifest & { readonly spec?: unknown };
  readonly outside?: OutsideWorld | undefined;
  /** Paths of objects that the sample refers to: the kind may read them and must leave them as they are. */
  readonly bystanders?: readonly string[];
  /** Fields, by how their names begin, that the kind is known to leave as somebody made them, and why. */
  readonly unrepaired?: readonly { readonly fields: string; readonly because: string }[] | undefined;
  readonly logger: Logger;
  /** How long anything may take that has to happen. */
  readonly patienceMs: number;
};

const NOTHING_OUTSIDE: OutsideWorld = { list: async () => ({}), wipe: async () => undefined };

/** One sample on one control plane: makes it, looks at what becomes of it, and clears everything away again. */
export class Trial {
  readonly options: TrialOptions;
  readonly admin: Admin;
  readonly outside: OutsideWorld;
  /** The path of the sample. */
  readonly path: string;
  readonly type: ResourceType;
  readonly #collection: string;
  readonly #children = new Set<string>();
  readonly #secrets = new Map<string, Set<string>>();
  #runs: OperatorRun[] = [];
  #touches = 0;

  constructor(options: TrialOptions) {
    this.options = options;
    const { cluster, definition, sample } = options;
    const { group, version, kind, names, scope } = definition;
    this.type = { group, version, kind, plural: names.plural, namespaced: scope !== 'Cluster' };
    this.admin = new Admin(cluster.admin);
    this.outside = options.outside ?? NOTHING_OUTSIDE;
    this.#collection = collectionPath(this.type, cluster.namespace);
    this.path = objectPath(this.type, { name: sample.metadata.name, namespace: cluster.namespace });
  }

  /** Starts the operator under test. {@link clear} ends it. */
  async start(faults: Faults = {}): Promise<OperatorRun> {
    const { cluster, definition, logger } = this.options;
    const { operator: kubeConfig, namespace } = cluster;
    const run = await OperatorRun.start({ definition, kubeConfig, namespace, logger, faults });
    this.#runs.push(run);
    return run;
  }

  /** Makes the sample, with some fields of its spec changed. */
  async createSample(spec: Readonly<Record<string, unknown>> = {}): Promise<KubeObject> {
    const { sample, cluster } = this.options;
    const metadata = { ...sample.metadata, ...(this.type.namespaced ? { namespace: cluster.namespace } : {}) };
    const changed = Object.keys(spec).length > 0 ? { spec: { ...(sample.spec as object | undefined), ...spec } } : {};
    return await this.admin.create(this.#collection, { ...sample, metadata, ...changed } as Manifest);
  }

  /** Starts an operator, makes the sample and waits until it is at rest. */
  async reachRest(): Promise<OperatorRun> {
    const run = await this.start();
    await this.createSample();
    await this.rest(run);
    return run;
  }

  /** Waits until the sample is Ready and the operator has nothing to do, after more runs than given; or its fault. */
  async rest(run: OperatorRun, afterRuns = 0): Promise<void> {
    await this.wait('the sample is Ready and the operator idle', async () => {
      if (run.wire.hasStruck) {
        return undefined;
      }
      const runs = run.runsWhenIdle;
      if (runs === undefined || runs <= afterRuns) {
        return 'the operator is busy, or has not run at all';
      }
      const sample = await this.admin.find(this.path);
      return sample && isReady(sample) ? undefined : `the sample is ${describeStatus(sample)}`;
    });
  }

  /** Touches the sample, as a label by somebody does, and waits until the operator has looked and is done. */
  async touch(run: OperatorRun): Promise<void> {
    const before = run.runs;
    this.#touches += 1;
    const annotations = { 'conformance.test/touched': String(this.#touches) };
    await this.admin.patch(this.path, { metadata: { annotations } });
    await this.rest(run, before);
  }

  /** Everything that an operator of this trial has made in the cluster and that is there now, by path. */
  async children(): Promise<ReadonlyMap<string, KubeObject>> {
    this.#learn();
    const found = await Promise.all(
      [...this.#children].sort().map(async (path) => [path, await this.admin.find(path)] as const),
    );
    const present = found.filter((entry): entry is [string, KubeObject] => entry[1] !== undefined);
    for (const [name, value] of present.flatMap(([path, child]) => secretValues(path, child))) {
      this.#secrets.set(name, (this.#secrets.get(name) ?? new Set()).add(value));
    }
    return new Map(present);
  }

  /** The state now. @throws Error when the sample is gone. */
  async snapshot(): Promise<Snapshot> {
    const sample = await this.admin.find(this.path);
    if (!sample) {
      throw new Error(`there is no ${this.path}`);
    }
    const [children, outside] = await Promise.all([this.children(), this.outside.list()]);
    return snapshotOf({ sample, children, outside });
  }

  /** Waits until the state is an expected one, made-up values aside. */
  async converge(expected: Snapshot, madeUp: ReadonlySet<string>): Promise<void> {
    await this.wait('the end is the same', async () => {
      const found = await this.snapshot();
      const wrong = differences(expected, found).filter(
        (name) => !(madeUp.has(name) && expected.has(name) && found.has(name)),
      );
      return wrong.length === 0 ? undefined : `these differ: ${wrong.map(shown(expected, found)).join('; ')}`;
    });
  }

  /** Values of Secret keys that were different at different times: those that were made up. */
  madeUpSecrets(): string[] {
    return [...this.#secrets.values()].filter((values) => values.size > 1).flatMap((values) => [...values]);
  }

  async wait(what: string, look: () => Promise<string | undefined>): Promise<void> {
    await waitUntil({ what, patienceMs: this.options.patienceMs }, look);
  }

  /** Ends all operators and removes the sample and all that came of it, by force. */
  async clear(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.kill()));
    this.#learn();
    this.#runs = [];
    await this.admin.tryPatch(this.path, { metadata: { finalizers: null } });
    await this.admin.delete(this.path);
    await Promise.all(
      [...this.#children].map(async (path) => {
        await this.admin.delete(path);
        await this.letGo(path);
      }),
    );
    await this.outside.wipe();
    await this.gone([this.path, ...this.#children]);
  }

  /** What is deleted and held by others, such as a volume that a pod uses, goes when they are done: here at once. */
  async letGo(path: string): Promise<void> {
    const { deletionTimestamp, finalizers = [] } = (await this.admin.find(path))?.metadata ?? {};
    if (deletionTimestamp && finalizers.length > 0) {
      await this.admin.tryPatch(path, { metadata: { finalizers: null } });
    }
  }

  /** Waits until nothing is left at these paths. */
  async gone(paths: Iterable<string>): Promise<void> {
    await this.wait('nothing is left', async () => {
      const left = await Promise.all([...paths].map(async (path) => ((await this.admin.find(path)) ? [path] : [])));
      return left.flat().length === 0 ? undefined : `these are left: ${left.flat().join(', ')}`;
    });
  }

  /** The paths of everything that any operator of this trial has ever made. */
  paths(): readonly string[] {
    this.#learn();
    return [...this.#children];
  }

  #learn(): void {
    const answered = this.#runs
      .flatMap((run) => run.wire.writes)
      .filter((write) => write.code < 300 && !isEvent(write));
    for (const { path, verb, resource, code } of answered) {
      const isOwnKind = resource === this.type.plural;
      if (!isOwnKind && code > 0 && verb !== 'delete') {
        this.#children.add(path);
      }
    }
  }
}

function shown(expected: Snapshot, found: Snapshot) {
  const text = (name: string, value: string | undefined) =>
    value !== undefined && name.includes('/secrets/') ? '(a value)' : (value ?? 'nothing');
  return (name: string) => `${name} is ${text(name, found.get(name))}, not ${text(name, expected.get(name))}`;
}

export function isReady({ metadata, status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly Condition[] };
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}

function describeStatus(object: KubeObject | undefined): string {
  if (!object) {
    return 'gone';
  }
  const { conditions = [] } = (object.status ?? {}) as { conditions?: readonly Condition[] };
  const texts = conditions.map(({ type, status, reason, message }) => `${type}=${status} (${reason}: ${message})`);
  return texts.length === 0 ? 'without a status' : texts.join(', ');
}
