/** How long the work of one pace may keep the event loop to itself. */
const SLICE_MS = 5;

/**
 * Lets others have their turn while many work through a lot: together they keep the event loop for one slice of each of
 * its turns, and who has to wait goes on in order of arrival. A probe that is answered and a socket that is read wait no
 * longer than that, however much is there to do.
 */
export class Pace {
  readonly #sliceMs: number;
  readonly #waiting: (() => void)[] = [];
  /** When the slice of this turn began; none has when nothing was done yet. */
  #since: number | undefined;

  constructor(sliceMs = SLICE_MS) {
    this.#sliceMs = sliceMs;
  }

  /** Asked before each item of work: whether the slice of this turn is used up. */
  isOver(): boolean {
    const now = performance.now();
    this.#since ??= this.#begin(now);
    return now - this.#since >= this.#sliceMs;
  }

  /** Calls back in a later turn, at the begin of its slice. */
  onNextSlice(goOn: () => void): void {
    this.#waiting.push(goOn);
  }

  /** Asked before each item of a loop: resolves at once, or when it is the loop's turn again. */
  step(): Promise<void> | undefined {
    return this.isOver() ? new Promise((resolve) => this.onNextSlice(resolve)) : undefined;
  }

  #begin(now: number): number {
    setImmediate(() => this.#end());
    return now;
  }

  #end(): void {
    const next = this.#waiting.shift();
    this.#since = next && this.#begin(performance.now());
    next?.();
  }
}
