import { setTimeout as delay } from 'node:timers/promises';
import { UnknownKindError } from '../api/discovery.ts';
import { ApiError, isForbidden, isGone, isNotFound, messageOf, TransportError } from '../api/errors.ts';
import {
  isListEnd,
  isStreamRefused,
  listEvents,
  type Selection,
  type WatchEvent,
  watchEvents,
} from '../api/list-watch.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from '../observe/logger.ts';
import { backoffMs, jittered } from '../queue/backoff.ts';
import type { Pace } from '../queue/pace.ts';
import { BrokenPromiseError, Connection, type OpenEvents } from './connection.ts';
import type { Listing, Store } from './store.ts';
import type { Turns } from './turns.ts';

const RETRY = { baseMs: 500, maxMs: 30_000 };

/** A watch that ends sooner than this without an event is a failure: starting it again at once would be a busy loop. */
const SHORT_WATCH_MS = 1_000;

/** How often a reflector that has nothing to watch asks whether that is still so; the answer is in memory. */
const RESOLVE_AGAIN_MS = 60_000;

/** What the next step of a reflector is to do. */
type State =
  | { readonly name: 'listing' }
  | { readonly name: 'watching'; readonly selection: Selection; readonly resourceVersion: string }
  | { readonly name: 'waiting'; readonly next: State; readonly atLeastMs?: number };

export type ReflectorOptions = {
  readonly transport: Transport;
  /**
   * What to watch; asked before every list, because a CRD may come, go and come back. Nothing when somebody else
   * watches it all.
   */
  readonly resolve: () => Promise<Selection | undefined>;
  /** Told that the server does not serve what {@link resolve} found. */
  readonly onMissing: () => void;
  /** Told when the kind turns out to be served, or not to be served any more. */
  readonly onServed: (served: boolean) => void;
  readonly store: Store;
  readonly turns: Turns;
  /** Lets others have their turn while many events come in. */
  readonly pace: Pace;
  /** How long a connection may be silent before it counts as dead; more than the minute between two bookmarks. */
  readonly idleLimitMs: number;
  readonly logger: Logger;
};

/**
 * Keeps a store equal to a selection of objects on the server, for ever: list, watch from there, resume the watch
 * where it ended, list again when the server has forgotten that point. No error ends it; errors are retried with
 * a growing, jittered delay.
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly connection: Connection;
  readonly #abort = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  readonly #refused = Promise.withResolvers<void>();
  #hasSynced = false;
  #canStream = true;
  #failures = 0;
  #lastError: unknown;
  #running: Promise<void> | undefined;

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.connection = new Connection(options.idleLimitMs);
  }

  /** Resolves when the first list is in the store, or the server has said that it does not serve the kind. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Resolves when the server has refused to list for lack of rights, for the first time. */
  get refused(): Promise<void> {
    return this.#refused.promise;
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why it is not in touch with the server; `undefined` when it is. */
  get lastError(): unknown {
    return this.#lastError;
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
          await this.#wait(state.atLeastMs);
          return state.next;
      }
    } catch (error) {
      return this.#recover(state, error);
    }
  }

  #recover(state: State, error: unknown): State {
    this.#lastError = error;
    if (isNotFound(error) || error instanceof UnknownKindError) {
      return this.#missing();
    }
    if (isGone(error) && state.name === 'watching') {
      return { name: 'listing' };
    }
    if (isForbidden(error)) {
      this.#refused.resolve();
    }
    if (!this.#abort.signal.aborted) {
      this.#options.logger.warn('watch interrupted', { error: messageOf(error) });
    }
    const atLeastMs = error instanceof ApiError ? error.retryAfterMs : undefined;
    return { name: 'waiting', next: state, ...(atLeastMs === undefined ? {} : { atLeastMs }) };
  }

  /** The CRD is absent or was removed: nothing of the kind exists, and we keep asking. */
  #missing(): State {
    const { store, onMissing, onServed } = this.#options;
    this.connection.touch();
    onMissing();
    store.clear();
    this.#markSynced();
    onServed(false);
    return { name: 'waiting', next: { name: 'listing' } };
  }

  async #list(): Promise<State> {
    const endTurn = await this.#options.turns.take(this.#abort.signal);
    try {
      const selection = await this.#options.resolve();
      if (!selection) {
        this.#markListed();
        return { name: 'waiting', next: { name: 'listing' }, atLeastMs: RESOLVE_AGAIN_MS };
      }
      return await this.#listAndFollow(selection, endTurn);
    } catch (error) {
      const isRefused = this.#canStream && isStreamRefused(error);
      // A server that has never heard of lists on the watch may also start an ordinary one, which has no such end.
      this.#canStream &&= !isRefused && !(error instanceof BrokenPromiseError);
      if (isRefused) {
        return { name: 'listing' };
      }
      throw error;
    } finally {
      endTurn();
    }
  }

  #listAndFollow(selection: Selection, onListed: () => void): Promise<State> {
    const { transport, store } = this.#options;
    const begin = this.#canStream ? watchEvents : listEvents;
    const list = store.beginList(selection.namespace);
    return this.#follow((options) => begin(transport, selection, options), { selection, version: '', list, onListed });
  }

  async #watch(selection: Selection, resourceVersion: string): Promise<State> {
    const started = performance.now();
    const open: OpenEvents = (options) =>
      watchEvents(this.#options.transport, selection, { resourceVersion, ...options });
    const next = await this.#follow(open, { selection, version: resourceVersion });
    const isSame = next.name === 'watching' && next.resourceVersion === resourceVersion;
    if (isSame && performance.now() - started < SHORT_WATCH_MS) {
      throw new TransportError('the server ended the watch at once');
    }
    return next;
  }

  /**
   * Takes events until there are no more; where they break off after the list is whole, the watch is resumed.
   * @throws whatever ends a list that is not whole.
   */
  async #follow(open: OpenEvents, course: Course): Promise<State> {
    const { selection } = course;
    try {
      for await (const event of this.connection.guard(open, this.#abort.signal)) {
        await this.#options.pace.step();
        this.#take(event, course);
      }
    } catch (error) {
      if (course.list) {
        throw error;
      }
      return this.#recover({ name: 'watching', selection, resourceVersion: course.version }, error);
    }
    if (course.list) {
      throw new BrokenPromiseError('the list ended before it was whole');
    }
    return { name: 'watching', selection, resourceVersion: course.version };
  }

  #take(event: WatchEvent, course: Course): void {
    const { type, object } = event;
    const { store } = this.#options;
    const { list, selection } = course;
    course.version = object.metadata.resourceVersion;
    if (list && isListEnd(event)) {
      list.end(course.version);
      course.list = undefined;
      course.onListed?.();
      this.#markListed();
      return;
    }
    if (type === 'DELETED') {
      (list ?? store).remove(object);
    } else if (type !== 'BOOKMARK') {
      (list ?? store).upsert(object);
    }
    if (!list) {
      this.#failures = 0;
      this.#lastError = undefined;
      store.advance(course.version, selection.namespace);
    }
  }

  #markListed(): void {
    this.#failures = 0;
    this.#lastError = undefined;
    this.#markSynced();
    this.#options.onServed(true);
  }

  #markSynced(): void {
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  async #wait(atLeastMs = 0): Promise<void> {
    const waitMs = Math.max(atLeastMs, jittered(backoffMs(this.#failures, RETRY)));
    this.#failures += 1;
    // Only an abort ends the wait early, and the loop looks at the signal itself.
    await delay(waitMs, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}

/** How far a reflector has come on one connection. */
type Course = {
  readonly selection: Selection;
  /** Told when the list is whole. */
  readonly onListed?: () => void;
  /** The version that was told last. */
  version: string;
  /** The list while it is not whole. */
  list?: Listing | undefined;
};
