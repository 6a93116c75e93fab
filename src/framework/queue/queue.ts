import { type BackoffOptions, backoffMs } from './backoff.ts';

/** Does the work of one key. It must not throw; what it throws is reported to `onCrash`. */
export type Handler = (key: string) => Promise<void>;

export type WorkQueueOptions = {
  /** How many keys are worked on at the same time. */
  readonly concurrency: number;
  readonly backoff?: BackoffOptions;
  /** Told of an exception that a handler let escape; the queue goes on. */
  readonly onCrash: (key: string, error: unknown) => void;
};

/** Node fires longer timers at once. A run that comes after this instead is one run too many. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, maxMs: 5 * 60_000 };

/**
 * Keys that need work.
 *
 * A key waits at most once, however often it is added, and never has two workers: added while it is worked on, it
 * waits until that is done and then runs again. Timed additions keep the earliest time only.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #backoff: BackoffOptions;
  /** Keys to work on, oldest first. Never contains a key that is in {@link #active}. */
  readonly #waiting = new Set<string>();
  readonly #active = new Set<string>();
  /** Keys added while they were active. */
  readonly #again = new Set<string>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly at: number }>();
  readonly #failures = new Map<string, number>();
  #handler: Handler | undefined;
  #idle = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
  }

  /** How many keys wait, not counting timed ones. */
  get depth(): number {
    return this.#waiting.size + this.#again.size;
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** Begins to hand out keys. */
  start(handler: Handler): void {
    this.#handler = handler;
    this.#dispatch();
  }

  /** Asks for work on a key as soon as possible. */
  add(key: string): void {
    if (this.#closed) {
      return;
    }
    this.#clearTimer(key);
    if (this.#active.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#waiting.add(key);
    this.#dispatch();
  }

  /** Asks for work on a key after a delay, or earlier when something adds it before. */
  addAfter(key: string, delayMs: number): void {
    const at = Date.now() + delayMs;
    const planned = this.#timers.get(key);
    if (this.#closed || this.#waiting.has(key) || (planned && planned.at <= at)) {
      return;
    }
    this.#clearTimer(key);
    this.#timers.set(key, { at, timer: setTimeout(() => this.add(key), Math.min(delayMs, MAX_TIMER_MS)) });
  }

  /** Asks for work on a key after a delay that doubles with each call until {@link forget}. */
  addAfterFailure(key: string, minimumMs = 0): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.max(minimumMs, backoffMs(failures, this.#backoff)));
  }

  /** The key succeeded: its next failure starts with the shortest delay again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Takes no more keys and resolves when the running handlers are done. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#timers.values()) {
      clearTimeout(timer);
    }
    this.#timers.clear();
    this.#waiting.clear();
    this.#again.clear();
    if (this.#active.size > 0) {
      await this.#idle.promise;
    }
  }

  #dispatch(): void {
    while (this.#handler && this.#active.size < this.#options.concurrency) {
      const [key] = this.#waiting;
      if (key === undefined) {
        return;
      }
      this.#waiting.delete(key);
      this.#active.add(key);
      void this.#work(key, this.#handler);
    }
  }

  async #work(key: string, handler: Handler): Promise<void> {
    try {
      await handler(key);
    } catch (error) {
      this.addAfterFailure(key);
      this.#options.onCrash(key, error);
    } finally {
      this.#finish(key);
    }
  }

  #finish(key: string): void {
    this.#active.delete(key);
    if (this.#again.delete(key)) {
      this.add(key);
    }
    this.#dispatch();
    if (this.#active.size === 0) {
      this.#idle.resolve();
      this.#idle = Promise.withResolvers<void>();
    }
  }

  #clearTimer(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
  }
}
