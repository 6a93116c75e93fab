import { setTimeout as delay } from 'node:timers/promises';
import type { Discovery } from '../api/discovery.ts';
import { messageOf, TransportError } from '../api/errors.ts';
import type { Selection } from '../api/list-watch.ts';
import type { KubeObject, ObjectKey } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from '../observe/logger.ts';
import { outsideRuns } from '../observe/run.ts';
import type { Pace } from '../queue/pace.ts';
import { matchesSelector } from './label-selector.ts';
import { isMetadataOnly, type Projection, project } from './projection.ts';
import { Reflector } from './reflector.ts';
import { Store, type StoreChange, type StoreListener } from './store.ts';
import type { Turns } from './turns.ts';

/** What an informer holds: a kind, how much of each object, and which of them. */
export type InformerSelection = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly projection?: Projection;
  readonly labelSelector?: string;
};

export type InformerOptions = {
  readonly selection: InformerSelection;
  readonly discovery: Discovery;
  readonly transport: Transport;
  readonly logger: Logger;
  readonly turns: Turns;
  readonly pace: Pace;
  /** How long a connection may be silent before it counts as dead; more than the minute between two bookmarks. */
  readonly idleLimitMs: number;
  /** The namespaces to watch; all of them when empty. */
  readonly namespaces: readonly string[];
  /** The name of the one object that is watched; for an informer that nobody shares. */
  readonly name?: string;
};

/** How far a cache can be believed. */
export type Freshness = {
  /** Whether the API server serves the kind; nothing of it exists when it does not. */
  readonly served: boolean;
  /** Whether every watch is open. */
  readonly connected: boolean;
  /** Milliseconds since the server last sent anything, on the quietest watch. */
  readonly silenceMs: number;
  /** Everything up to this version is in the cache; empty before the first list. */
  readonly resourceVersion: string;
  /** How many of our own writes are in the cache that the watch has not told of yet. */
  readonly unseenWrites: number;
};

/** How long a run waits for a cache to fill. */
const READY_LIMIT_MS = 15_000;

/** A live copy of a selection of objects, and news of its changes. */
export class Informer {
  readonly #options: InformerOptions;
  readonly #store: Store;
  readonly #reflectors: readonly Reflector[];
  readonly #byKey = new Map<ObjectKey, Set<StoreListener>>();
  readonly #onServed = new Set<() => void>();
  #served = true;

  constructor(options: InformerOptions) {
    this.#options = options;
    const { projection = 'full' } = options.selection;
    this.#store = new Store((object) => project(object, projection));
    const namespaces = options.namespaces.length > 0 ? options.namespaces : [undefined];
    this.#reflectors = namespaces.map((namespace) => this.#createReflector(namespace));
    this.#store.subscribe((change) => this.#dispatch(change));
  }

  /** Resolves when every object is in the cache, or the server has said that it does not serve the kind. */
  get synced(): Promise<unknown> {
    return Promise.all(this.#reflectors.map((reflector) => reflector.synced));
  }

  get hasSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.hasSynced);
  }

  /** Milliseconds since the server last sent anything on the quietest connection. */
  get silenceMs(): number {
    return Math.max(...this.#reflectors.map(({ connection }) => connection.silenceMs));
  }

  get size(): number {
    return this.#store.size;
  }

  /** How far the cache can be believed now. */
  get freshness(): Freshness {
    return {
      served: this.#served,
      connected: this.#reflectors.every(({ connection }) => connection.isOpen),
      silenceMs: this.silenceMs,
      resourceVersion: this.#store.version,
      unseenWrites: this.#store.unseenWrites,
    };
  }

  /** Why it is not in touch with the server; `undefined` when it is. */
  get lastError(): unknown {
    return this.#reflectors.find(({ lastError }) => lastError !== undefined)?.lastError;
  }

  get(key: ObjectKey): KubeObject | undefined {
    return this.#store.get(key);
  }

  values(): KubeObject[] {
    return this.#store.values();
  }

  start(): void {
    outsideRuns(() => {
      for (const reflector of this.#reflectors) {
        reflector.start();
      }
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
  }

  /**
   * Waits as {@link synced} does, but not for ever: one kind that cannot be listed must not hold up whoever needs others.
   * @throws ApiError 403 when we have not got the right to list; TransportError when it takes too long.
   */
  async ready(limitMs = READY_LIMIT_MS): Promise<void> {
    if (this.hasSynced) {
      return;
    }
    const waiting = new AbortController();
    const limit = delay(limitMs, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([this.synced, limit, ...this.#reflectors.map(({ refused }) => refused)]);
    waiting.abort();
    if (!this.hasSynced) {
      throw this.#notReady();
    }
  }

  /** Calls the listener on every change of any object until the returned function is called. */
  subscribe(listener: StoreListener): () => void {
    return this.#store.subscribe(listener);
  }

  /**
   * Calls the listener on every change of one object, and when its kind comes to be served or ceases to be, until the
   * returned function is called.
   */
  subscribeKey(key: ObjectKey, listener: StoreListener): () => void {
    const listeners = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byKey.get(key) === listeners) {
        this.#byKey.delete(key);
      }
    };
  }

  /** Calls the listener whenever the kind comes to be served, until the returned function is called. */
  subscribeServed(listener: () => void): () => void {
    this.#onServed.add(listener);
    return () => this.#onServed.delete(listener);
  }

  /** Whether objects of a namespace are in the selection. */
  covers(namespace: string | undefined): boolean {
    const { namespaces } = this.#options;
    return namespaces.length === 0 || namespace === undefined || namespaces.includes(namespace);
  }

  /** A write of ours begins: news of the object wait for its answer. @returns what ends that, after the answer. */
  holdBack(key: ObjectKey): () => void {
    return this.#store.holdBack(key);
  }

  /** Makes the answer to our own write visible to the next read. */
  observeWrite(object: KubeObject): void {
    const { labelSelector } = this.#options.selection;
    if (!this.covers(object.metadata.namespace)) {
      return; // no watch would ever tell what becomes of it
    }
    if (labelSelector === undefined || matchesSelector(object.metadata.labels ?? {}, labelSelector)) {
      this.#store.observeWrite(object);
    } else {
      this.#store.forget(object);
    }
  }

  #createReflector(namespace: string | undefined): Reflector {
    const { selection, discovery, transport, logger, turns, pace, idleLimitMs } = this.#options;
    return new Reflector({
      transport,
      resolve: () => this.#resolve(namespace),
      onMissing: () => discovery.forget(selection),
      onServed: (served) => this.#setServed(served),
      store: this.#store,
      turns,
      pace,
      idleLimitMs,
      logger: logger.child({ watch: selection.kind, ...(namespace ? { namespace } : {}) }),
    });
  }

  /** What one of the reflectors watches: of a kind without namespaces, the first one watches it all. */
  async #resolve(namespace: string | undefined): Promise<Selection | undefined> {
    const { selection, discovery, namespaces, name } = this.#options;
    const { projection = 'full', labelSelector } = selection;
    const type = await discovery.resolve(selection);
    if (!type.namespaced && namespace !== namespaces[0]) {
      return undefined;
    }
    return {
      type,
      projection: isMetadataOnly(projection) ? 'metadata' : 'full',
      labelSelector,
      name,
      namespace: type.namespaced ? namespace : undefined,
    };
  }

  #setServed(served: boolean): void {
    if (served === this.#served) {
      return;
    }
    this.#served = served;
    for (const listener of served ? [...this.#onServed] : []) {
      listener();
    }
    for (const [key, listeners] of [...this.#byKey]) {
      const held = this.#store.get(key);
      for (const listener of [...listeners]) {
        listener({ key, previous: held, current: held });
      }
    }
  }

  #notReady(): Error {
    const { kind, apiVersion } = this.#options.selection;
    const { lastError } = this;
    const refused = lastError instanceof Error && 'code' in lastError && lastError.code === 403;
    const why = lastError === undefined ? 'the API server has not answered' : messageOf(lastError);
    const message = `${kind} of ${apiVersion} cannot be listed: ${why}`;
    return refused ? lastError : new TransportError(message, { cause: lastError });
  }

  #dispatch(change: StoreChange): void {
    for (const listener of [...(this.#byKey.get(change.key) ?? [])]) {
      listener(change);
    }
  }
}
