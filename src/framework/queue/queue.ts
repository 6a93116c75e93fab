import { type Cause, Causes } from '../cause.ts';
import { type BackoffOptions, backoffMs, jittered } from './backoff.ts';
import { Budget } from './budget.ts';
import { Line, type Priority } from './line.ts';
import { priorityOf } from './priority.ts';

/** Does the work of one key. It must not throw; what it throws is reported to `onCrash`. */
export type Handler = (key: string) => Promise<void>;

/** Told of what happens in a queue, for metrics. */
export type QueueObserver = {
  readonly added: () => void;
  readonly retried: () => void;
  readonly started: (waitedMs: number) => void;
  readonly finished: (workedMs: number) => void;
};

export type WorkQueueOptions = {
  /** How many keys are worked on at the same time. */
  readonly concurrency: number;
  /** Shared with other queues; none but `concurrency` when left out. */
  readonly budget?: Budget;
  readonly backoff?: BackoffOptions;
  /** Spreads the delays of failures; half to all of each when left out. */
  readonly spread?: (delayMs: number) => number;
  readonly now?: () => number;
  readonly observer?: QueueObserver;
  /** Told of an exception that a handler let escape; the queue goes on. */
  readonly onCrash: (key: string, error: unknown) => void;
};

/** What a queue is about to do with a key. */
export type KeyState =
  | { readonly state: 'idle' }
  | { readonly state: 'planned'; readonly inMs: number; readonly causes: Causes }
  | { readonly state: 'waiting' | 'running'; readonly causes: Causes };

type Timer = { readonly timer: NodeJS.Timeout; readonly at: number; readonly causes: Causes };

type Work = { readonly since: number; readonly causes: Causes };

/** Node fires longer timers at once. A run that comes after this instead is one run too many. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, maxMs: 5 * 60_000 };

const UNSAID: Cause = { type: 'asked', inRun: false };

/**
 * Keys that need work, and why.
 *
 * A key waits at most once, however often it is added, and never has two workers: added while it is worked on, it
 * waits until that is done and then runs again. Its causes are collected, the most urgent one says how urgent it is.
 * Timed additions keep the earliest time only.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #budget: Budget;
  readonly #now: () => number;
  /** Keys to work on. Never contains a key that is in {@link #active}. */
  readonly #line = new Line();
  /** Why each of those waits. */
  readonly #causes = new Map<string, Causes>();
  readonly #active = new Map<string, Work>();
  /** Keys added while they were active. */
  readonly #again = new Map<string, Causes>();
  readonly #timers = new Map<string, Timer>();
  readonly #failures = new Map<string, number>();
  #ended = 0;
  #handler: Handler | undefined;
  #idle = Promise.withResolvers<void>();
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    this.#budget = options.budget ?? new Budget(Number.POSITIVE_INFINITY);
    this.#now = options.now ?? Date.now;
    this.#budget.join({ wants: () => this.#wantsWork(), begin: () => this.#begin() });
  }

  /** How many keys wait, not counting timed ones. */
  get depth(): number {
    return this.#line.size + this.#again.size;
  }

  /** How many keys of one priority wait; those added while they are worked on have none yet. */
  depthOf(priority: Priority): number {
    return this.#line.sizeOf(priority);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** How often work on a key has ended, whatever it came to. */
  get endedCount(): number {
    return this.#ended;
  }

  get concurrency(): number {
    return this.#options.concurrency;
  }

  /** For how long each of the keys in work has been worked on, in milliseconds. */
  get workingMs(): number[] {
    return [...this.#active.values()].map(({ since }) => this.#now() - since);
  }

  /** What is going on with a key. */
  stateOf(key: string): KeyState {
    const work = this.#active.get(key);
    const waiting = this.#causes.get(key);
    const planned = this.#timers.get(key);
    if (work) {
      return { state: 'running', causes: work.causes };
    }
    if (waiting) {
      return { state: 'waiting', causes: waiting };
    }
    return planned
      ? { state: 'planned', inMs: Math.max(0, planned.at - this.#now()), causes: planned.causes }
      : { state: 'idle' };
  }

  /** Begins to hand out keys. */
  start(handler: Handler): void {
    this.#handler = handler;
    this.#budget.share();
  }

  /** Asks for work on a key as soon as its priority allows. */
  add(key: string, cause: Cause = UNSAID): void {
    this.#add(key, new Causes(cause));
  }

  /** Asks for work on a key after a delay, or earlier when something adds it before. */
  addAfter(key: string, delayMs: number, causes = new Causes({ type: 'timer', afterMs: delayMs })): void {
    const at = this.#now() + delayMs;
    const planned = this.#timers.get(key);
    if (this.#closed || this.#line.has(key) || (planned && planned.at <= at)) {
      return;
    }
    this.#clearTimer(key);
    const timer = setTimeout(() => this.#add(key, causes), Math.min(delayMs, MAX_TIMER_MS));
    this.#timers.set(key, { at, timer, causes });
  }

  /** Asks for work on a key after a delay that doubles with each call until {@link forget}. @returns the delay. */
  addAfterFailure(key: string, minimumMs = 0): number {
    const { spread = jittered, observer } = this.#options;
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    observer?.retried();
    const delayMs = Math.max(minimumMs, spread(backoffMs(failures, this.#backoff)));
    this.addAfter(key, delayMs, new Causes({ type: 'retry', attempt: failures + 1 }));
    return delayMs;
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
    this.#line.clear();
    this.#causes.clear();
    this.#again.clear();
    if (this.#active.size > 0) {
      await this.#idle.promise;
    }
  }

  get #backoff(): BackoffOptions {
    return this.#options.backoff ?? DEFAULT_BACKOFF;
  }

  #add(key: string, causes: Causes): void {
    if (this.#closed) {
      return;
    }
    this.#clearTimer(key);
    this.#options.observer?.added();
    if (this.#active.has(key)) {
      collect(this.#again, key, causes);
    } else {
      this.#lineUp(key, causes);
    }
  }

  #lineUp(key: string, causes: Causes): void {
    collect(this.#causes, key, causes);
    for (const cause of causes.list()) {
      this.#line.add(key, priorityOf(cause), this.#now());
    }
    this.#budget.share();
  }

  #wantsWork(): boolean {
    return this.#handler !== undefined && this.#active.size < this.#options.concurrency && this.#line.size > 0;
  }

  #begin(): void {
    const next = this.#line.take(this.#now());
    if (next && this.#handler) {
      const causes = this.#causes.get(next.key) ?? new Causes();
      this.#causes.delete(next.key);
      this.#active.set(next.key, { since: this.#now(), causes });
      this.#options.observer?.started(next.waitedMs);
      void this.#work(next.key, this.#handler);
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
    this.#options.observer?.finished(this.#now() - (this.#active.get(key)?.since ?? 0));
    this.#active.delete(key);
    this.#ended += 1;
    const again = this.#again.get(key);
    this.#again.delete(key);
    if (again) {
      this.#clearTimer(key);
      this.#lineUp(key, again);
    }
    this.#budget.giveBack();
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

function collect(into: Map<string, Causes>, key: string, causes: Causes): void {
  const known = into.get(key);
  if (known) {
    known.addAll(causes);
  } else {
    const own = new Causes();
    own.addAll(causes);
    into.set(key, own);
  }
}
