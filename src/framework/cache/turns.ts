/**
 * Lets a bounded number of holders in at a time, in the order in which they asked. Many informers start at once; were
 * they all to list at once, the server would be hit and all their objects would pass through memory together.
 */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Resolves when it is the caller's turn, to the function that ends it. Ending it twice does no harm.
   * @throws the signal's reason when it is aborted first.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await this.#wait(signal);
    }
    let ended = false;
    return () => {
      if (!ended) {
        ended = true;
        this.#passOn();
      }
    };
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const onAbort = () => turn.reject(signal.reason);
    this.#waiting.add(turn.resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await turn.promise;
    } finally {
      this.#waiting.delete(turn.resolve);
      signal.removeEventListener('abort', onAbort);
    }
  }

  #passOn(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else {
      this.#free += 1;
    }
  }
}
