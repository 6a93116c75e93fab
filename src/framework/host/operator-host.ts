import type { KubeConfig } from '@kubernetes/client-node';
import { Webhook, type WebhookOptions } from '../admission/webhook.ts';
import type { ResourceType } from '../api/discovery.ts';
import { joinApiVersion, type KubeObject, keyFor, type ObjectKey, type ObjectRef, refOf } from '../api/object.ts';
import type { Informer } from '../cache/informer.ts';
import { Controller, FINALIZER } from '../controller/controller.ts';
import type { AnyDefinition } from '../definition.ts';
import { EventRecorder } from '../observe/events.ts';
import { Journal } from '../observe/journal.ts';
import type { Logger } from '../observe/logger.ts';
import { Metrics } from '../observe/metrics.ts';
import type { QueueSource } from '../observe/queue-metrics.ts';
import { Budget } from '../queue/budget.ts';
import { PRIORITIES } from '../queue/line.ts';
import { WorkQueue } from '../queue/queue.ts';
import { ownCause } from '../resources/change-cause.ts';
import { type Runtime, Services } from '../resources/services.ts';
import { Explainer } from './explain.ts';
import { type ExplainAccess, HealthServer } from './health.ts';
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
  /** How many objects of all kinds are worked on at the same time. */
  readonly totalConcurrency?: number;
  /** How long one run may take, in milliseconds. */
  readonly runDeadlineMs?: number;
  /** Who may ask `/debug/explain`: processes of this machine or pod, everybody who reaches the port, or nobody. */
  readonly explain?: ExplainAccess;
  /** How often kinds look again at what lies outside the cluster, in milliseconds. */
  readonly recheckMs?: number;
  /** The port of the health endpoints; 0 takes a free one. */
  readonly port?: number;
  /** The webhook that tells users at once what a run would tell them later; without it there is none. */
  readonly webhook?: WebhookOptions | undefined;
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
  readonly controller: Controller;
};

/** A kind whose controller is there, and whose watch is about to be declared. */
type Controlled = { readonly type: ResourceType; readonly queue: WorkQueue; readonly controller: Controller };

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
  readonly #webhook: Webhook | undefined;
  readonly #election: LeaderElection | undefined;
  readonly #controlled = new Map<string, Controlled>();
  readonly #watches = new Map<string, Watch>();
  readonly #journal: Journal;
  readonly #budget: Budget;
  readonly #abort = new AbortController();
  #port = 0;

  constructor(options: OperatorHostOptions) {
    const { kubeConfig, logger, namespaces = [], recheckMs = 5 * 60_000 } = options;
    const metrics = new Metrics(kubeConfig.getCurrentCluster()?.server);
    const journal = new Journal();
    const runtime = createRuntime({ kubeConfig, logger, metrics, journal, namespaces, recheckMs });
    super({ kubeConfig, logger, runtime });
    this.#options = options;
    this.#metrics = metrics;
    this.#journal = journal;
    this.#budget = new Budget(options.totalConcurrency ?? 32);
    this.#runtime = runtime;
    const { transport } = this.#runtime;
    const instance = options.instance ?? 'hearth';
    this.#recorder = new EventRecorder({ transport, logger, instance });
    this.#webhook =
      options.webhook &&
      new Webhook({ runtime, definitions: options.definitions, observe: metrics.webhook.observe }, options.webhook);
    this.#election = this.#createElection(instance);
    const explainer = new Explainer({
      journal,
      isLeader: () => this.#leads,
      find: (kind) => [...this.#watches.values()].find(({ type }) => type.kind === kind),
    });
    this.#health = new HealthServer({
      unready: () => this.#runtime.informers.troubles(),
      metrics: () => this.#metrics.render(),
      explain: { access: options.explain ?? 'loopback', answer: (query) => explainer.answer(query) },
    });
    this.#metrics.observeSources({
      queues: () => [...this.#watches.values()].map(({ type, queue }) => queueSource(type.kind, queue)),
      informers: () =>
        runtime.informers.all().map(({ selection, informer }) => {
          return { kind: selection.kind, size: informer.size, silenceMs: informer.silenceMs };
        }),
      isLeader: () => this.#leads,
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
      const { informer, queue } = watch;
      // Thousands of objects that were there before make room for the one that somebody changes now.
      const { group, version, kind } = watch.type;
      const apiVersion = joinApiVersion(group, version);
      this.#runtime.news.onWriteOfKind({ apiVersion, kind }, (written) => queue.add(written.key, ownCause(written)));
      informer.subscribe((change) => queue.add(change.key, informer.hasSynced ? ownCause(change) : { type: 'start' }));
    }
    void this.#work();
    this.#webhook?.start();
    this.#port = await this.#health.listen(this.#options.port ?? 0);
    this.#options.logger.info('started', { port: this.#port, server: this.#runtime.transport.server });
  }

  /**
   * Stops: no new runs, running ones may finish within the grace period and are then aborted, events are written,
   * connections are closed.
   */
  override async stop(graceMs = 20_000): Promise<void> {
    const timer = setTimeout(() => this.#abort.abort(), graceMs);
    await Promise.all([...this.#controlled.values()].map(({ queue }) => queue.close()));
    clearTimeout(timer);
    this.#abort.abort();
    for (const { controller } of this.#controlled.values()) {
      controller.stop();
    }
    await this.#webhook?.stop();
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
      const controller = this.#control(definition, type, services);
      await this.watchResource(group, version, names.plural, (event) =>
        controller.reconcile(keyIn(event), objectIn(event)),
      );
    }
  }

  /** Declares a watch on a kind that {@link init} has announced; nothing is sent before {@link start}. */
  protected override declareWatch({ group, version, plural }: WatchedKind, onEvent: EventHandler): void {
    const controlled = this.#controlled.get(watchId(group, plural));
    if (!controlled) {
      throw new Error(`${plural}.${group} is not among the definitions that the host was given`);
    }
    const { kind } = controlled.type;
    const informer = this.#runtime.informers.get({ apiVersion: joinApiVersion(group, version), kind });
    this.#watches.set(watchId(group, plural), { ...controlled, informer, onEvent });
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

  /** Makes the queue and the controller of a kind. */
  #control(definition: AnyDefinition, type: ResourceType, services: Services): Controller {
    const { concurrency = 8, runDeadlineMs, logger } = this.#options;
    const { kind } = type;
    const queue = new WorkQueue({
      concurrency,
      budget: this.#budget,
      observer: this.#metrics.queues.observer(kind),
      onCrash: (key, error) => logger.error('handler crashed', { kind, object: key, error: String(error) }),
    });
    const controller = new Controller({
      definition,
      services,
      queue,
      recorder: this.#recorder,
      observe: this.#metrics.reconcileObserver(kind),
      journal: this.#journal,
      signal: this.#abort.signal,
      runDeadlineMs,
      handleFinalizer: (object, cleanUp) => this.#handleFinalizer(type, object, cleanUp),
    });
    this.#controlled.set(watchId(type.group, type.plural), { type, queue, controller });
    return controller;
  }

  get #leads(): boolean {
    return this.#election?.isLeader ?? true;
  }

  async #deliver({ type, informer, onEvent }: Watch, key: ObjectKey): Promise<void> {
    const object = informer.get(key);
    await onEvent(object ? resourceEvent(type.plural, object) : deletionEvent(type, key));
  }
}

function queueSource(name: string, queue: WorkQueue): QueueSource {
  const depths = Object.fromEntries(PRIORITIES.map((priority) => [priority, queue.depthOf(priority)]));
  const { activeCount: active, concurrency, workingMs } = queue;
  return { name, depths, active, concurrency, workingMs };
}

function watchId(group: string, plural: string): string {
  return `${plural}.${group}`;
}
