import { setTimeout as delay } from 'node:timers/promises';
import { UnknownKindError } from '../api/discovery.ts';
import { isGone, isNotFound, messageOf, TransportError } from '../api/errors.ts';
import { listPages, type Selection, type WatchEvent, watchEvents } from '../api/list-watch.ts';
import type { KubeObject } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from '../observe/logger.ts';
import { backoffMs, jittered } from '../queue/backoff.ts';
import { reduceManagedFields } from './projection.ts';
import type { Store } from './store.ts';

/** The server sends a bookmark a minute on a quiet watch; a connection silent for longer than this is dead. */
const IDLE_LIMIT_MS = 100_000;

const RETRY = { baseMs: 500, maxMs: 30_000 };

/** A watch that ends sooner than this without an event is a failure: starting it again at once would be a busy loop. */
const SHORT_WATCH_MS = 1_000;

/** What the next step of a reflector is to do. */
type State =
  | { readonly name: 'listing' }
  | { readonly name: 'watching'; readonly selection: Selection; readonly resourceVersion: string }
  | { readonly name: 'waiting'; readonly next: State };

export type ReflectorOptions = {
  readonly transport: Transport;
  /** What to watch; asked before every list, because a CRD may come, go and come back. */
  readonly resolve: () => Promise<Selection>;
  /** The namespace this reflector answers for; all of them when undefined. */
  readonly namespace?: string | undefined;
  readonly store: Store;
  readonly logger: Logger;
};

/**
 * Keeps a store equal to a selection of objects on the server, for ever: list, watch from there, resume the watch
 * where it ended, list again when the server has forgotten that point. No error ends it; errors are retried with
 * a growing, jittered delay.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #abort = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #hasSynced = false;
  #failures = 0;
  #lastActivity = Date.now();
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
  }

  /** Resolves when the first list is in the store, or the server has said that it does not serve the kind. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Milliseconds since the server last sent anything. */
  get silenceMs(): number {
    return Date.now() - this.#lastActivity;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let state: State = { name: 'listing' };
    while (!this.#abort.signal.aborted) {
      state = await this.#step(state);
    }
  }

  async #step(state: State): Promise<State> {
    try {
      switch (state.name) {
        case 'listing':
          return await this.#list();
        case 'watching':
          return await this.#watch(state.selection, state.resourceVersion);
        case 'waiting':
          await this.#wait();
          return state.next;
      }
    } catch (error) {
      return this.#recover(state, error);
    }
  }

  #recover(state: State, error: unknown): State {
    if (isGone(error)) {
      return { name: 'listing' };
    }
    if (isNotFound(error) || error instanceof UnknownKindError) {
      // The CRD is absent or was removed: nothing of the kind exists, and we keep asking.
      this.#options.store.clear(this.#inScope);
      this.#markSynced();
      return { name: 'waiting', next: { name: 'listing' } };
    }
    if (!this.#abort.signal.aborted) {
      this.#options.logger.warn('watch interrupted', { error: messageOf(error) });
    }
    return { name: 'waiting', next: state };
  }

  async #list(): Promise<State> {
    const { transport, resolve, store } = this.#options;
    const selection = await resolve();
    const objects: KubeObject[] = [];
    let resourceVersion = '';
    for await (const page of listPages(transport, selection, this.#abort.signal)) {
      this.#touch();
      resourceVersion = page.resourceVersion;
      objects.push(...page.items.map(reduceManagedFields));
    }
    this.#failures = 0;
    store.replace(objects, resourceVersion, this.#inScope);
    this.#markSynced();
    return { name: 'watching', selection, resourceVersion };
  }

  async #watch(selection: Selection, from: string): Promise<State> {
    let resourceVersion = from;
    const started = Date.now();
    try {
      for await (const event of this.#events(selection, from)) {
        this.#failures = 0;
        this.#take(event);
        resourceVersion = event.object.metadata.resourceVersion;
      }
      if (resourceVersion === from && Date.now() - started < SHORT_WATCH_MS) {
        throw new TransportError('the server ended the watch at once');
      }
      return { name: 'watching', selection, resourceVersion };
    } catch (error) {
      return this.#recover({ name: 'watching', selection, resourceVersion }, error);
    }
  }

  /** The events of one watch; fails when the connection is silent for too long. */
  async *#events(selection: Selection, resourceVersion: string): AsyncGenerator<WatchEvent, void> {
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(new Error('the connection was silent')), IDLE_LIMIT_MS);
    const onActivity = () => {
      this.#touch();
      timer.refresh();
    };
    const signal = AbortSignal.any([this.#abort.signal, idle.signal]);
    const timeoutSeconds = Math.round(jittered(480));
    try {
      yield* watchEvents(this.#options.transport, selection, { resourceVersion, timeoutSeconds, signal, onActivity });
    } finally {
      clearTimeout(timer);
    }
  }

  #take(event: WatchEvent): void {
    const { store } = this.#options;
    if (event.type === 'DELETED') {
      store.remove(event.object);
    } else if (event.type !== 'BOOKMARK') {
      store.upsert(reduceManagedFields(event.object));
    }
  }

  /** Several reflectors may share a store, one per namespace: each answers for its own. */
  readonly #inScope = (object: KubeObject): boolean => {
    const { namespace } = this.#options;
    return namespace === undefined || object.metadata.namespace === namespace;
  };

  #touch(): void {
    this.#lastActivity = Date.now();
  }

  #markSynced(): void {
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  async #wait(): Promise<void> {
    const waitMs = jittered(backoffMs(this.#failures, RETRY));
    this.#failures += 1;
    // Only an abort ends the wait early, and the loop looks at the signal itself.
    await delay(waitMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}
