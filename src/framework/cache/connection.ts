import { TransportError } from '../api/errors.ts';
import type { WatchEvent, WatchOptions } from '../api/list-watch.ts';
import { jittered } from '../queue/backoff.ts';

/** What a list or a watch has to be given to be guarded. */
export type GuardedOptions = Pick<WatchOptions, 'timeoutSeconds' | 'signal' | 'onActivity'>;

/** Opens a list or a watch. */
export type OpenEvents = (options: GuardedOptions) => AsyncIterable<WatchEvent>;

/** The server ends a watch after this long, so that watches spread over the servers that there are. */
const WATCH_SECONDS = 480;

/** The server has not kept up its side: it went silent, or ended a list before it was whole. */
export class BrokenPromiseError extends TransportError {}

/** A connection that is opened again and again, and what is known of it. */
export class Connection {
  readonly #idleLimitMs: number;
  #isOpen = false;
  #lastActivity = performance.now();

  /** @param idleLimitMs how long it may be silent before it counts as dead. */
  constructor(idleLimitMs: number) {
    this.#idleLimitMs = idleLimitMs;
  }

  /** Whether the server has answered and the answer goes on. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Milliseconds since the server last sent anything. */
  get silenceMs(): number {
    return performance.now() - this.#lastActivity;
  }

  /** Notes a sign of life from elsewhere. */
  touch(): void {
    this.#lastActivity = performance.now();
  }

  /** The events of one list or watch; fails when it is silent for too long, or the signal is aborted. */
  async *guard(open: OpenEvents, signal: AbortSignal): AsyncGenerator<WatchEvent, void> {
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(new BrokenPromiseError('the connection was silent')), this.#idleLimitMs);
    const onActivity = () => {
      this.#isOpen = true;
      this.touch();
      timer.refresh();
    };
    const timeoutSeconds = Math.round(jittered(WATCH_SECONDS));
    try {
      yield* open({ timeoutSeconds, signal: AbortSignal.any([signal, idle.signal]), onActivity });
    } finally {
      clearTimeout(timer);
      this.#isOpen = false;
    }
  }
}
