import { compareResourceVersions, type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';

/** News from the watch about one object. */
export type StoreEvent = { readonly type: 'upsert' | 'remove'; readonly object: KubeObject };

type Hold = { writers: number; events: StoreEvent[]; timer?: NodeJS.Timeout | undefined; isOver: boolean };

/** How long an answer is waited for; the watch is seldom more than some milliseconds ahead of it. */
export const HOLD_MS = 2_000;

/**
 * Events of objects that we are just writing. Often the watch is faster than the answer, and only the answer tells
 * which version is our own; until then nobody knows whether an event is news. So it waits for the answer, but not for long.
 */
export class HeldBack {
  readonly #release: (event: StoreEvent) => void;
  readonly #holds = new Map<ObjectKey, Hold>();

  /** @param release takes an event that does not wait any longer. */
  constructor(release: (event: StoreEvent) => void) {
    this.#release = release;
  }

  /** A write of an object begins. @returns what ends it, after its answer was taken. */
  begin(key: ObjectKey): () => void {
    const hold = this.#holds.get(key) ?? { writers: 0, events: [], isOver: false };
    this.#holds.set(key, hold);
    hold.writers += 1;
    return () => {
      hold.writers -= 1;
      if (hold.writers === 0) {
        this.#holds.delete(key);
        this.#flush(hold);
      }
    };
  }

  /** Takes an event if its object is being written. */
  take(event: StoreEvent): boolean {
    const hold = this.#holds.get(keyOf(event.object));
    if (!hold || hold.isOver) {
      return false;
    }
    hold.timer ??= setTimeout(() => this.#giveUp(hold), HOLD_MS).unref();
    hold.events.push(event);
    return true;
  }

  /** Whether the watch has told of a version, or of one before it, and that waits here. */
  hasUpTo(object: KubeObject): boolean {
    const [first] = this.#holds.get(keyOf(object))?.events ?? [];
    return first !== undefined && compareVersions(first.object, object) <= 0;
  }

  /** Lets everything go that waits: a list comes, and must not be followed by what was before it. */
  releaseAll(): void {
    for (const hold of this.#holds.values()) {
      this.#flush(hold);
    }
  }

  #giveUp(hold: Hold): void {
    hold.isOver = true;
    this.#flush(hold);
  }

  #flush(hold: Hold): void {
    clearTimeout(hold.timer);
    hold.timer = undefined;
    for (const event of hold.events.splice(0)) {
      this.#release(event);
    }
  }
}

function compareVersions(a: KubeObject, b: KubeObject): number {
  return compareResourceVersions(a.metadata.resourceVersion, b.metadata.resourceVersion);
}
