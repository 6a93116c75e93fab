import type { KubeConfig } from '@kubernetes/client-node';
import { Webhook, type WebhookOptions } from '../admission/webhook.ts';
import type { ResourceType } from '../api/discovery.ts';
import { joinApiVersion, type KubeObject, keyFor, type ObjectKey, type ObjectRef, refOf } from '../api/object.ts';
import type { Interceptor } from '../api/transport.ts';
import type { Informer } from '../cache/informer.ts';
import { Controller, FINALIZER } from '../controller/controller.ts';
import type { AnyDefinition } from '../definition.ts';
import { EventRecorder } from '../observe/events.ts';
import { Journal } from '../observe/journal.ts';
import type { Logger } from '../observe/logger.ts';
import { Metrics } from '../observe/metrics.ts';
import { Watchdog } from '../observe/watchdog.ts';
import { Budget } from '../queue/budget.ts';
import { Pace } from '../queue/pace.ts';
import { WorkQueue } from '../queue/queue.ts';
import { ownCause } from '../resources/change-cause.ts';
import { type Runtime, Services } from '../resources/services.ts';
import { doneWithin } from './deadline.ts';
import { Explainer } from './explain.ts';
import { type ExplainAccess, HealthServer } from './health.ts';
import { LeaderElection, type LeaseOptions } from './leader-election.ts';
import { informerSource, queueSource } from './metrics-sources.ts';
import { withinReach } from './reach.ts';
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
  /** The image of this operator, for Jobs that run a program of it. */
  readonly image?: string | undefined;
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
  /** Stands between the operator and the server; only tests have one. */
  readonly intercept?: Interceptor | undefined;
};

/** How long a stop may take unless said otherwise; less than the 30 s that a pod is given. */
const STOP_MS = 25_000;

/** How many runs of a kind have ended, and whether none waits or is under way. */
export type Activity = { readonly runs: number; readonly isIdle: boolean };

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
  readonly #watchdog: Watchdog;
  readonly #webhook: Webhook | undefined;
  readonly #election: LeaderElection | undefined;
  readonly #controlled = new Map<string, Controlled>();
  readonly #watches = new Map<string, Watch>();
  readonly #journal: Journal;
  readonly #budget: Budget;
  readonly #abort = new AbortController();
  #port = 0;

  constructor(options: OperatorHostOptions) {
    const { kubeConfig, logger, namespaces = [], recheckMs = 5 * 60_000, image, intercept } = options;
    const metrics = new Metrics(kubeConfig.getCurrentCluster()?.server);
    const journal = new Journal();
    const lost = Promise.withResolvers<void>();
    const election = createElection(options, lost.resolve);
    const mayWrite = election && (() => election.isLeader);
    const shared = { kubeConfig, logger, metrics, journal };
    const runtime = createRuntime({ ...shared, namespaces, recheckMs, image, intercept, mayWrite });
    super({ kubeConfig, logger, runtime });
    this.#options = { ...options, definitions: withinReach(options) };
    this.#metrics = metrics;
    this.#journal = journal;
    this.#budget = new Budget(options.totalConcurrency ?? 32, new Pace());
    this.#runtime = runtime;
    const { webhook, instance = 'hearth' } = options;
    const { definitions } = this.#options;
    const isBusy = () => [...this.#controlled.values()].some(({ queue }) => queue.depth > 0);
    this.#recorder = new EventRecorder({ transport: runtime.transport, logger, instance, isBusy });
    const admission = { runtime, definitions, observe: metrics.webhook.observe, mayWrite: () => this.#leads };
    this.#webhook = webhook && new Webhook(admission, webhook);
    const explainer = new Explainer({
      journal,
      isLeader: () => this.#leads,
      find: (kind) => [...this.#watches.values()].find(({ type }) => type.kind === kind),
    });
    this.#election = election;
    void lost.promise.then(() => this.#onLeaseLost());
    this.#health = new HealthServer({
      unready: () => this.#runtime.informers.troubles(),
      metrics: () => this.#metrics.render(),
      explain: { access: options.explain ?? 'loopback', answer: (query) => explainer.answer(query) },
    });
    this.#watchdog = new Watchdog({ logger, onBlocked: metrics.observeBlock });
    this.#metrics.observeSources({
      queues: () => [...this.#watches.values()].map(({ type, queue }) => queueSource(type.kind, queue)),
      informers: () => runtime.informers.all().map(informerSource),
      isLeader: () => this.#leads,
    });
  }

  /** The port of the health endpoints once started. */
  get port(): number {
    return this.#port;
  }

  /** What is going on with a kind; the conformance kit waits for rest by it. @throws Error when it is not watched. */
  activityOf(kind: string): Activity {
    const queue = [...this.#watches.values()].find(({ type }) => type.kind === kind)?.queue;
    if (!queue) {
      throw new Error(`${kind} is not watched`);
    }
    return { runs: queue.endedCount, isIdle: queue.depth === 0 && queue.activeCount === 0 };
  }

  /** Starts to watch and to reconcile. Resolves when everything is under way, not when it is done. */
  override async start(): Promise<void> {
    await super.start();
    for (const watch of this.#watches.values()) {
      const { informer, queue, type } = watch;
      // Thousands of objects that were there before make room for the one that somebody changes now.
      const own = { apiVersion: joinApiVersion(type.group, type.version), kind: type.kind };
      this.#runtime.news.onWriteOfKind(own, (written) => queue.add(written.key, ownCause(written)));
      informer.subscribe((change) => queue.add(change.key, informer.hasSynced ? ownCause(change) : { type: 'start' }));
    }
    void this.#work();
    this.#webhook?.start();
    this.#watchdog.start();
    this.#port = await this.#health.listen(this.#options.port ?? 0);
    this.#options.logger.info('started', { port: this.#port, server: this.#runtime.transport.server });
  }

  /**
   * Stops: no new runs, running ones may finish and are told to end when half of the time is over, events are written,
   * the lease is given back, connections are closed.
   * @throws Error when runs did not end even then. The lease is kept in that case: another replica is not to work on the
   *   same objects as long as this process is there.
   */
  override async stop(withinMs = STOP_MS): Promise<void> {
    const ended = Promise.all([...this.#controlled.values()].map(({ queue }) => queue.close()));
    const inTime = (await doneWithin(withinMs * 0.5, ended)) || (await this.#endRuns(withinMs * 0.2, ended));
    this.abortRuns();
    for (const { controller } of this.#controlled.values()) {
      controller.stop();
    }
    await this.#webhook?.stop();
    await this.#runtime.informers.stop();
    await doneWithin(withinMs * 0.1, this.#recorder.flush());
    await (inTime ? this.#election?.release() : this.#election?.abandon());
    this.#watchdog.stop();
    await this.#health.close();
    this.#runtime.transport.close();
    if (!inTime) {
      throw new Error('a run did not end when it was told to');
    }
    this.#options.logger.info('stopped');
  }

  /** Tells running runs to end now. */
  abortRuns(): void {
    this.#abort.abort();
  }

  async #endRuns(withinMs: number, ended: Promise<unknown>): Promise<boolean> {
    this.abortRuns();
    return await doneWithin(withinMs, ended);
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
    this.#webhook?.lead();
    for (const watch of this.#watches.values()) {
      // The cache is whole before the first run: otherwise what is not there yet would look like what is gone.
      void watch.informer.synced.then(() => watch.queue.start((key) => this.#deliver(watch, key)));
    }
  }

  #onLeaseLost(): void {
    this.abortRuns();
    this.#options.onLeaseLost?.();
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

function createElection(options: OperatorHostOptions, onLost: () => void): LeaderElection | undefined {
  const { kubeConfig, lease, logger, instance = 'hearth' } = options;
  return lease && new LeaderElection({ kubeConfig, lease, identity: instance, logger, onLost });
}

function watchId(group: string, plural: string): string {
  return `${plural}.${group}`;
}
