import type { Discovery } from '../api/discovery.ts';
import type { Projection } from '../api/list-watch.ts';
import type { KubeObject, ObjectKey } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from '../observe/logger.ts';
import { outsideRuns } from '../observe/run.ts';
import { Reflector } from './reflector.ts';
import { Store, type StoreChange, type StoreListener } from './store.ts';

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
  /** The namespaces to watch; all of them when empty. */
  readonly namespaces: readonly string[];
};

/** A live copy of a selection of objects, and news of its changes. */
export class Informer {
  readonly #store = new Store();
  readonly #reflectors: readonly Reflector[];
  readonly #byKey = new Map<ObjectKey, Set<StoreListener>>();

  constructor(options: InformerOptions) {
    const { selection, discovery, transport, logger } = options;
    const namespaces = options.namespaces.length > 0 ? options.namespaces : [undefined];
    this.#reflectors = namespaces.map((namespace) => {
      const { projection = 'full', labelSelector } = selection;
      const resolve = async () => ({ type: await discovery.resolve(selection), projection, labelSelector, namespace });
      const child = logger.child({ watch: selection.kind, ...(namespace ? { namespace } : {}) });
      return new Reflector({ transport, resolve, namespace, store: this.#store, logger: child });
    });
    this.#store.subscribe((change) => this.#dispatch(change));
  }

  /** Resolves when every object is in the cache. */
  get synced(): Promise<unknown> {
    return Promise.all(this.#reflectors.map((reflector) => reflector.synced));
  }

  get hasSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.hasSynced);
  }

  /** Milliseconds since the server last sent anything on the quietest connection. */
  get silenceMs(): number {
    return Math.max(...this.#reflectors.map((reflector) => reflector.silenceMs));
  }

  get size(): number {
    return this.#store.size;
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

  /** Calls the listener on every change of any object until the returned function is called. */
  subscribe(listener: StoreListener): () => void {
    return this.#store.subscribe(listener);
  }

  /** Calls the listener on every change of one object until the returned function is called. */
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

  /** Makes the answer to our own write visible to the next read. */
  observeWrite(object: KubeObject): void {
    this.#store.observeWrite(object);
  }

  #dispatch(change: StoreChange): void {
    for (const listener of [...(this.#byKey.get(change.key) ?? [])]) {
      listener(change);
    }
  }
}
