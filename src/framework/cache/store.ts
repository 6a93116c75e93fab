import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';
import { HeldBack } from './held-back.ts';

/** One change of the store: `previous` is what was there, `current` what is there now. */
export type StoreChange = {
  readonly key: ObjectKey;
  readonly previous: KubeObject | undefined;
  readonly current: KubeObject | undefined;
};

export type StoreListener = (change: StoreChange) => void;

/** The part of a store that one watch answers for: a namespace, or everything when it has none. */
export type Scope = string | undefined;

/** A list that is coming in object by object. */
export type Listing = {
  /** Takes an object of the list. */
  upsert(object: KubeObject): void;
  /** Takes the news that an object which may have been in the list is gone. */
  remove(last: KubeObject): void;
  /** The list is whole: what was not in it was deleted, unless we wrote it after the list was made. */
  end(version: string): void;
};

/**
 * The objects of one selection by key.
 *
 * Two writers feed it: the watch, and our own writes through {@link observeWrite}, so that a read after a write sees
 * that write although the watch has not caught up. Two things hold in any order of the two. Objects never go back in
 * time: what is older than what is held, or than the watch when nothing is held, is not taken. And nobody else's change
 * is missed: where one may hide behind a newer write of ours, the object counts as changed.
 */
export class Store {
  readonly #project: (object: KubeObject) => KubeObject;
  readonly #objects = new Map<ObjectKey, KubeObject>();
  readonly #listeners = new Set<StoreListener>();
  /** The version up to which the watch has told everything, by scope. */
  readonly #progress = new Map<Scope, string>();
  /** Our own writes that the watch has not told of yet, by UID and version. */
  readonly #unechoed = new Map<string, KubeObject['metadata']>();
  readonly #heldBack = new HeldBack(({ type, object }) => {
    if (type === 'upsert') {
      this.#upsert(object);
    } else {
      this.forget(object);
    }
  });

  /** @param project what is kept of an object; it is only asked for those that are taken. */
  constructor(project: (object: KubeObject) => KubeObject = (object) => object) {
    this.#project = project;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** The version up to which the watch has told everything, where it has told least; empty before the first list. */
  get version(): string {
    const [least = ''] = [...this.#progress.values()].sort(compareResourceVersions);
    return least;
  }

  /** How many of our own writes the watch has not told of yet. */
  get unseenWrites(): number {
    return [...this.#unechoed.values()].filter((metadata) => !this.#isTold(metadata)).length;
  }

  get(key: ObjectKey): KubeObject | undefined {
    return this.#objects.get(key);
  }

  keys(): ObjectKey[] {
    return [...this.#objects.keys()];
  }

  values(): KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Calls the listener on every change until the returned function is called. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes an object from the watch. */
  upsert(object: KubeObject): void {
    if (!this.#heldBack.take({ type: 'upsert', object })) {
      this.#upsert(object);
    }
  }

  /** Takes a deletion from the watch; `last` is the object's last state, versioned at its deletion. */
  remove(last: KubeObject): void {
    if (!this.#heldBack.take({ type: 'remove', object: last })) {
      this.forget(last);
    }
  }

  /** Takes the news that an object is not there any more, or not in the selection. */
  forget(last: KubeObject): void {
    const key = keyOf(last);
    const held = this.#objects.get(key);
    if (held && compareVersions(last, held) < 0) {
      return; // already made anew by us, which was told when we were answered
    }
    this.#objects.delete(key);
    this.#emit({ key, previous: held, current: undefined });
  }

  /** Takes the news that the watch has told everything up to a version. */
  advance(version: string, scope: Scope): void {
    this.#progress.set(scope, version);
  }

  /** Takes the news that the server does not serve the kind (any more). */
  clear(): void {
    this.#heldBack.releaseAll();
    for (const held of this.values()) {
      this.#objects.delete(keyOf(held));
      this.#emit({ key: keyOf(held), previous: held, current: undefined });
    }
  }

  /** Begins a whole list. Its objects are seen as they come. */
  beginList(scope: Scope): Listing {
    const listed = new Set<ObjectKey>();
    this.#heldBack.releaseAll();
    return {
      upsert: (object) => {
        listed.add(keyOf(object));
        this.#takeListed(object);
      },
      remove: (last) => {
        listed.delete(keyOf(last));
        this.forget(last);
      },
      end: (version) => this.#endList(listed, version, scope),
    };
  }

  /** A write of ours begins: news of the object wait for its answer. @returns what ends that, after the answer. */
  holdBack(key: ObjectKey): () => void {
    return this.#heldBack.begin(key);
  }

  /**
   * Takes the answer to our own write. Nobody is told, for the writer knows; unless somebody else must have deleted the
   * object, before our write or after it.
   */
  observeWrite(object: KubeObject): void {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    const isUntold = this.#heldBack.hasUpTo(object) || !this.#isTold(object.metadata);
    const isNews = held ? compareVersions(object, held) > 0 : isUntold;
    if (isNews) {
      this.#keep(key, object);
    }
    if (isUntold) {
      this.#unechoed.set(echoId(object.metadata), object.metadata);
    }
    const isDeleted = held ? held.metadata.uid !== object.metadata.uid : !isNews;
    if (isDeleted) {
      this.#emit({ key, previous: held, current: this.#objects.get(key) });
    }
  }

  #upsert(object: KubeObject): void {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    const order = held ? compareVersions(object, held) : 1;
    if (this.#unechoed.delete(echoId(object.metadata)) || order === 0) {
      return; // our own write, back from the watch
    }
    this.#emit({ key, previous: held, current: order > 0 ? this.#keep(key, object) : held });
  }

  /** A list does not tell what came before: behind a write of ours that it has, somebody else's may hide. */
  #takeListed(object: KubeObject): void {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    const order = held ? compareVersions(object, held) : 1;
    const current = order > 0 ? this.#keep(key, object) : held;
    if (order !== 0 || this.#unechoed.has(echoId(object.metadata))) {
      this.#emit({ key, previous: held, current });
    }
  }

  #keep(key: ObjectKey, object: KubeObject): KubeObject {
    const kept = this.#project(object);
    this.#objects.set(key, kept);
    return kept;
  }

  #endList(listed: ReadonlySet<ObjectKey>, version: string, scope: Scope): void {
    this.advance(version, scope);
    for (const [id, metadata] of this.#unechoed) {
      if (this.#isTold(metadata)) {
        this.#unechoed.delete(id); // its echo was in the gap that the list has closed
      }
    }
    for (const held of this.values().filter((object) => isIn(object, scope) && !listed.has(keyOf(object)))) {
      if (compareResourceVersions(held.metadata.resourceVersion, version) <= 0) {
        this.#objects.delete(keyOf(held));
        this.#emit({ key: keyOf(held), previous: held, current: undefined });
      }
    }
  }

  /** Whether the watch has come as far as this version of an object. */
  #isTold({ namespace, resourceVersion }: KubeObject['metadata']): boolean {
    const version = this.#progress.get(undefined) ?? this.#progress.get(namespace);
    return version !== undefined && compareResourceVersions(resourceVersion, version) <= 0;
  }

  #emit(change: StoreChange): void {
    for (const listener of [...this.#listeners]) {
      listener(change);
    }
  }
}

function isIn({ metadata }: KubeObject, scope: Scope): boolean {
  return scope === undefined || metadata.namespace === scope;
}

function echoId({ uid, resourceVersion }: KubeObject['metadata']): string {
  return `${uid} ${resourceVersion}`;
}

function compareVersions(a: KubeObject, b: KubeObject): number {
  return compareResourceVersions(a.metadata.resourceVersion, b.metadata.resourceVersion);
}
