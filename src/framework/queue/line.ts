/** How urgent a key is, the most urgent first: news, then repetitions, then what can wait. */
export const PRIORITIES = ['high', 'normal', 'low'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** A key that leaves the line. */
export type Next = { readonly key: string; readonly priority: Priority; readonly waitedMs: number };

type Place = { priority: Priority; readonly since: number };

/** Who has waited longer than this gets a share whatever the priority. */
export const PATIENCE_MS = 2_000;

/** One in so many goes to the key that has waited longest. */
export const SHARE = 4;

/**
 * Keys that wait, by priority, and among equals by arrival. So that nobody starves, every fourth place goes to the key
 * that has waited longest of all, once that is longer than {@link PATIENCE_MS}: whoever has waited that long and finds
 * `n` older keys before it leaves with one of the next `4 * (n + 1)`.
 */
export class Line {
  /** Oldest first, because a key that becomes more urgent keeps its place here. */
  readonly #places = new Map<string, Place>();
  readonly #byPriority: Readonly<Record<Priority, Set<string>>> = {
    high: new Set(),
    normal: new Set(),
    low: new Set(),
  };
  #sinceShare = 0;

  get size(): number {
    return this.#places.size;
  }

  sizeOf(priority: Priority): number {
    return this.#byPriority[priority].size;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  /** Lines a key up; one that waits already becomes as urgent as the more urgent of its two additions. */
  add(key: string, priority: Priority, now: number): void {
    const place = this.#places.get(key);
    if (!place) {
      this.#places.set(key, { priority, since: now });
      this.#byPriority[priority].add(key);
    } else if (PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(place.priority)) {
      this.#byPriority[place.priority].delete(key);
      this.#byPriority[priority].add(key);
      place.priority = priority;
    }
  }

  /** Takes the next key out. */
  take(now: number): Next | undefined {
    const key = this.#aged(now) ?? this.#mostUrgent();
    const place = key === undefined ? undefined : this.#places.get(key);
    if (key === undefined || !place) {
      return undefined;
    }
    this.#places.delete(key);
    this.#byPriority[place.priority].delete(key);
    return { key, priority: place.priority, waitedMs: now - place.since };
  }

  clear(): void {
    this.#places.clear();
    for (const keys of Object.values(this.#byPriority)) {
      keys.clear();
    }
  }

  /** The key that has waited longest, if it is its turn. */
  #aged(now: number): string | undefined {
    this.#sinceShare += 1;
    const [oldest] = this.#places;
    if (this.#sinceShare < SHARE || !oldest || now - oldest[1].since < PATIENCE_MS) {
      return undefined;
    }
    this.#sinceShare = 0;
    return oldest[0];
  }

  #mostUrgent(): string | undefined {
    for (const priority of PRIORITIES) {
      const [key] = this.#byPriority[priority];
      if (key !== undefined) {
        return key;
      }
    }
    return undefined;
  }
}
