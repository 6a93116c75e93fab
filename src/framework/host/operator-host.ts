import type { KubeConfig } from '@kubernetes/client-node';
import type { ResourceType } from '../api/discovery.ts';
import { joinApiVersion, type KubeObject, keyFor, type ObjectKey, type ObjectRef, refOf } from '../api/object.ts';
import type { Informer } from '../cache/informer.ts';
import { Controller, FINALIZER } from '../controller/controller.ts';
import type { AnyDefinition } from '../definition.ts';
import { EventRecorder } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';
import { Metrics } from '../observe/metrics.ts';
import { WorkQueue } from '../queue/queue.ts';
import { type Runtime, Services } from '../resources/services.ts';
import { HealthServer } from './health.ts';
import { LeaderElection, type LeaseOptions } from './leader-election.ts';
import { createRuntime } from './runtime.ts';
import {
  deletionEvent,
  type EventHandler,
  keyIn,
  objectIn,
  resourceEvent,
  SdkOperator,
  type WatchedKind,
} from './sdk-operator.ts';

export type OperatorHostOptions = {
  readonly kubeConfig: KubeConfig;
  readonly definitions: readonly AnyDefinition[];
  readonly logger: Logger;
  /** The namespaces to look after; all of them when empty. */
  readonly namespaces?: readonly string[];
  /** How many objects of one kind are worked on at the same time. */
  readonly concurrency?: number;
  /** How often kinds look again at what lies outside the cluster, in milliseconds. */
  readonly recheckMs?: number;
  /** The image of this operator, for Jobs that run a program of it. */
  readonly image?: string | undefined;
  /** The port of the health endpoints; 0 takes a free one. */
  readonly port?: number;
  /** The name of this process among its like. */
  readonly instance?: string;
  /** The Lease that replicas compete for; without one this process is the only one. */
  readonly lease?: LeaseOptions | undefined;
  /** Called when the lease was lost: another replica may work from now on, so this process should end at once. */
  readonly onLeaseLost?: () => void;
};

/** A kind that is watched: its cache, its queue, and who handles its events. */
type Watch = {
  readonly type: ResourceType;
  readonly informer: Informer;
  readonly queue: WorkQueue;
  readonly onEvent: EventHandler;
};

/**
 * The operator process: an SDK `Operator` whose life cycle, event types and finalizer logic are the SDK's, and whose
 * every contact with the API server is ours. The SDK's own watch loop would end the process at the first broken
 * connection.
 */
export class OperatorHost extends SdkOperator {
  readonly #options: OperatorHostOptions;
  readonly #metrics: Metrics;
  readonly #runtime: Runtime;
  readonly #recorder: EventRecorder;
  readonly #health: HealthServer;
  readonly #election: LeaderElection | undefined;
  readonly #controllers: Controller[] = [];
  readonly #watches = new Map<string, Watch>();
  readonly #queues = new Map<string, WorkQueue>();
  readonly #abort = new AbortController();
  #port = 0;

  constructor(options: OperatorHostOptions) {
    const { kubeConfig, logger, namespaces = [], recheckMs = 5 * 60_000, image } = options;
    const metrics = new Metrics();
    const runtime = createRuntime({ kubeConfig, logger, metrics, namespaces, recheckMs, image });
    super({ kubeConfig, logger, runtime });
    this.#options = options;
    this.#metrics = metrics;
    this.#runtime = runtime;
    const { transport } = this.#runtime;
    const instance = options.instance ?? 'hearth';
    this.#recorder = new EventRecorder({ transport, logger, instance });
    this.#election = this.#createElection(instance);
    this.#health = new HealthServer({
      unready: () => this.#unready(),
      metrics: () => this.#metrics.render(),
    });
    this.#metrics.observeSources({
      queues: () =>
        [...this.#watches.values()].map(({ type, queue }) => {
          return { name: type.kind, depth: queue.depth, active: queue.activeCount };
        }),
      informers: () =>
        runtime.informers.all().map(({ selection, informer }) => {
          return { kind: selection.kind, size: informer.size, silenceMs: informer.silenceMs };
        }),
    });
  }

  /** The port of the health endpoints once started. */
  get port(): number {
    return this.#port;
  }

  /** Starts to watch and to reconcile. Resolves when everything is under way, not when it is done. */
  override async start(): Promise<void> {
    await super.start();
    for (const watch of this.#watches.values()) {
      watch.informer.subscribe(({ key }) => watch.queue.add(key));
    }
    void this.#work();
    this.#port = await this.#health.listen(this.#options.port ?? 0);
    this.#options.logger.info('started', { port: this.#port, server: this.#runtime.transport.server });
  }

  /**
   * Stops: no new runs, running ones may finish within the grace period and are then aborted, events are written,
   * connections are closed.
   */
  override async stop(graceMs = 20_000): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    clearTimeout(timer);
    this.#abort.abort();
    for (const controller of this.#controllers) {
      controller.stop();
    }
    await this.#runtime.informers.stop();
    await this.#recorder.flush();
    await this.#election?.release();
    await this.#health.close();
    await this.#runtime.transport.close();
    this.#options.logger.info('stopped');
  }

  protected override async init(): Promise<void> {
    const services = new Services(this.#runtime);
    for (const definition of this.#options.definitions) {
      const { group, version, kind, names, scope } = definition;
      const type = { group, version, kind, plural: names.plural, namespaced: scope !== 'Cluster' };
      this.#runtime.discovery.register(type);
      const queue = this.#createQueue(type);
      const controller = new Controller({
        definition,
        services,
        queue,
        recorder: this.#recorder,
        observe: this.#metrics.reconcileObserver(kind),
        signal: this.#abort.signal,
        handleFinalizer: (object, cleanUp) => this.#handleFinalizer(type, object, cleanUp),
      });
      this.#controllers.push(controller);
      await this.watchResource(group, version, names.plural, (event) =>
        controller.reconcile(keyIn(event), objectIn(event)),
      );
    }
  }

  /** Declares a watch on a kind that {@link init} has announced; nothing is sent before {@link start}. */
  protected override declareWatch({ group, version, plural }: WatchedKind, onEvent: EventHandler): void {
    const definition = this.#options.definitions.find((each) => each.group === group && each.names.plural === plural);
    const queue = this.#queues.get(watchId(group, plural));
    if (!definition || !queue) {
      throw new Error(`${plural}.${group} is not among the definitions that the host was given`);
    }
    const { kind, scope } = definition;
    const type = { group, version, kind, plural, namespaced: scope !== 'Cluster' };
    const informer = this.#runtime.informers.get({ apiVersion: joinApiVersion(group, version), kind });
    this.#watches.set(watchId(group, plural), { type, informer, queue, onEvent });
  }

  protected override lookUp({ apiVersion, kind, name, namespace }: ObjectRef): KubeObject | undefined {
    return this.#runtime.informers.get({ apiVersion, kind }).get(keyFor(name, namespace));
  }

  /** Hands out keys once this process leads: a standby fills its caches and waits. */
  async #work(): Promise<void> {
    const leads = this.#election === undefined || (await this.#election.acquire());
    if (!leads) {
      return;
    }
    for (const watch of this.#watches.values()) {
      // The cache is whole before the first run: otherwise what is not there yet would look like what is gone.
      void watch.informer.synced.then(() => watch.queue.start((key) => this.#deliver(watch, key)));
    }
  }

  #createElection(identity: string): LeaderElection | undefined {
    const { lease, logger, onLeaseLost } = this.#options;
    const onLost = () => {
      this.#abort.abort();
      onLeaseLost?.();
    };
    return lease && new LeaderElection({ transport: this.#runtime.transport, lease, identity, logger, onLost });
  }

  async #handleFinalizer(
    type: ResourceType,
    object: KubeObject,
    cleanUp: () => Promise<void>,
  ): Promise<KubeObject | undefined> {
    if (!object.metadata.deletionTimestamp && object.metadata.finalizers?.includes(FINALIZER)) {
      return object;
    }
    // The SDK pushes into the list that it is given, and objects in the cache are shared.
    const copy = structuredClone(object);
    await this.handleResourceFinalizer(resourceEvent(type.plural, copy), FINALIZER, cleanUp);
    return object.metadata.deletionTimestamp ? undefined : this.lookUp(refOf(object));
  }

  #createQueue(type: ResourceType): WorkQueue {
    const queue = new WorkQueue({
      concurrency: this.#options.concurrency ?? 8,
      onCrash: (key, error) => {
        this.#options.logger.error('handler crashed', { kind: type.kind, object: key, error: String(error) });
      },
    });
    this.#queues.set(watchId(type.group, type.plural), queue);
    return queue;
  }

  async #deliver({ type, informer, onEvent }: Watch, key: ObjectKey): Promise<void> {
    const object = informer.get(key);
    await onEvent(object ? resourceEvent(type.plural, object) : deletionEvent(type, key));
  }

  #unready(): string[] {
    const informers = this.#runtime.informers.all();
    return informers
      .filter(({ informer }) => !informer.hasSynced)
      .map(({ selection }) => `${selection.kind} is not listed yet`);
  }
}

function watchId(group: string, plural: string): string {
  return `${plural}.${group}`;
}
