import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';

/** Tells which entries of an index an object belongs under. */
export type IndexFunction = (object: KubeObject) => readonly string[];

/** One change of the store: `previous` is what was there, `current` what is there now. */
export type StoreChange = {
  readonly key: ObjectKey;
  readonly previous: KubeObject | undefined;
  readonly current: KubeObject | undefined;
};

export type StoreListener = (change: StoreChange) => void;

/** How many deletions and own writes are remembered: far more than can be under way at a time. */
const MAX_REMEMBERED = 1_000;

/**
 * The objects of one selection by key, with indexes.
 *
 * Two writers feed it: the watch, and our own writes through {@link observeWrite}, so that a read after a write sees
 * that write although the watch has not caught up. Objects never go back in time: what is older than what is held
 * is not taken. It still counts as a change, because somebody else's write may hide behind our newer one.
 */
export class Store {
  readonly #objects = new Map<ObjectKey, KubeObject>();
  readonly #indexes = new Map<string, { readonly of: IndexFunction; readonly keys: Map<string, Set<ObjectKey>> }>();
  readonly #listeners = new Set<StoreListener>();
  /** The version at which an object went: the answer to a write of ours may arrive after the news of its deletion. */
  readonly #gone = new BoundedMap<ObjectKey, string>(MAX_REMEMBERED);
  /** Our own writes that the watch has not told of yet, by key and version. */
  readonly #unechoed = new BoundedMap<string, true>(MAX_REMEMBERED);

  get size(): number {
    return this.#objects.size;
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

  /** Adds an index; what is held already is indexed at once. */
  addIndex(name: string, of: IndexFunction): void {
    const index = { of, keys: new Map<string, Set<ObjectKey>>() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) {
      enter(index.keys, of(object), key);
    }
  }

  /** The objects under one entry of an index. */
  byIndex(name: string, value: string): KubeObject[] {
    const keys = this.#indexes.get(name)?.keys.get(value) ?? [];
    return [...keys].flatMap((key) => this.#objects.get(key) ?? []);
  }

  /** Calls the listener on every change until the returned function is called. */
  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes an object from the watch. */
  upsert(object: KubeObject): void {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    const order = held ? compareVersions(object, held) : 1;
    if (this.#unechoed.delete(echoId(object)) || order === 0) {
      return; // our own write, back from the watch
    }
    if (order < 0) {
      this.#emit({ key, previous: held, current: held });
      return;
    }
    this.#put(key, object);
    this.#emit({ key, previous: held, current: object });
  }

  /** Takes a deletion from the watch; `last` is the object's last state, versioned at its deletion. */
  remove(last: KubeObject): void {
    const key = keyOf(last);
    const held = this.#objects.get(key);
    if (held && compareVersions(last, held) < 0) {
      this.#emit({ key, previous: held, current: held }); // already made anew by us
      return;
    }
    this.#drop(key, last.metadata.resourceVersion);
    this.#emit({ key, previous: held, current: undefined });
  }

  /** Takes the news that the server does not serve the kind (any more). */
  clear(inScope: (object: KubeObject) => boolean): void {
    for (const held of this.values().filter(inScope)) {
      this.#drop(keyOf(held), held.metadata.resourceVersion);
      this.#emit({ key: keyOf(held), previous: held, current: undefined });
    }
  }

  /** Takes a whole list: what it does not contain was deleted, unless we wrote it after the list was made. */
  replace(objects: readonly KubeObject[], listVersion: string, inScope: (object: KubeObject) => boolean): void {
    const listed = new Set(objects.map(keyOf));
    for (const object of objects) {
      this.upsert(object);
    }
    for (const held of this.values()) {
      const newer = compareResourceVersions(held.metadata.resourceVersion, listVersion) > 0;
      if (inScope(held) && !newer && !listed.has(keyOf(held))) {
        this.#drop(keyOf(held), listVersion);
        this.#emit({ key: keyOf(held), previous: held, current: undefined });
      }
    }
  }

  /** Takes the answer to our own write. Nobody is told: the writer knows. */
  observeWrite(object: KubeObject): void {
    const key = keyOf(object);
    const held = this.#objects.get(key);
    const gone = this.#gone.get(key);
    if (gone !== undefined && compareResourceVersions(object.metadata.resourceVersion, gone) <= 0) {
      return;
    }
    if (!held || compareVersions(object, held) > 0) {
      this.#put(key, object);
      this.#unechoed.set(echoId(object), true);
    }
  }

  #put(key: ObjectKey, object: KubeObject): void {
    const held = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const index of this.#indexes.values()) {
      leave(index.keys, held ? index.of(held) : [], key);
      enter(index.keys, index.of(object), key);
    }
  }

  #drop(key: ObjectKey, version: string): void {
    const held = this.#objects.get(key);
    this.#gone.set(key, version);
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) {
      leave(index.keys, held ? index.of(held) : [], key);
    }
  }

  #emit(change: StoreChange): void {
    for (const listener of [...this.#listeners]) {
      listener(change);
    }
  }
}

/** Remembers the latest entries only. */
class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #limit: number;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override set(key: Key, value: Value): this {
    this.delete(key);
    super.set(key, value);
    const [oldest] = this.keys();
    if (this.size > this.#limit && oldest !== undefined) {
      this.delete(oldest);
    }
    return this;
  }
}

function echoId({ metadata }: KubeObject): string {
  return `${metadata.uid} ${metadata.resourceVersion}`;
}

function compareVersions(a: KubeObject, b: KubeObject): number {
  return compareResourceVersions(a.metadata.resourceVersion, b.metadata.resourceVersion);
}

function enter(keys: Map<string, Set<ObjectKey>>, values: readonly string[], key: ObjectKey): void {
  for (const value of values) {
    const entry = keys.get(value) ?? new Set();
    keys.set(value, entry.add(key));
  }
}

function leave(keys: Map<string, Set<ObjectKey>>, values: readonly string[], key: ObjectKey): void {
  for (const value of values) {
    const entry = keys.get(value);
    entry?.delete(key);
    if (entry?.size === 0) {
      keys.delete(value);
    }
  }
}
