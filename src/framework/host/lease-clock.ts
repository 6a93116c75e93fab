/** A moment on both clocks of this machine. */
export type Instant = { readonly steadyMs: number; readonly wallMs: number };

/** Places in the shared memory. */
const STEADY = 0;
const WALL = 1;
const BEAT = 2;

/**
 * Until when this process may write, in memory that all its threads share: one thread renews, the other asks before
 * every write, and no message has to pass between them.
 *
 * Both clocks have to agree. The steady one stands still while a machine is suspended, the wall clock may be set back;
 * each shows what the other hides. The clocks of other machines play no part.
 */
export class LeaseClock {
  /** What another thread makes its clock from. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(memory = new SharedArrayBuffer(3 * BigInt64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new BigInt64Array(memory);
  }

  /** The time now, the same in every thread of the process. */
  static now(): Instant {
    return { steadyMs: steadyMs(), wallMs: Date.now() };
  }

  /** Whether writing is still allowed. */
  get holds(): boolean {
    return this.remainingMs > 0;
  }

  /** How long writing is still allowed; 0 when it is not. */
  get remainingMs(): number {
    const { steadyMs: steady, wallMs: wall } = LeaseClock.now();
    return Math.max(0, Math.min(this.#read(STEADY) - steady, this.#read(WALL) - wall));
  }

  /** Allows writing for some time from a moment on. */
  extend(from: Instant, byMs: number): void {
    this.#write(STEADY, from.steadyMs + byMs);
    this.#write(WALL, from.wallMs + byMs);
  }

  /** Forbids writing at once. */
  end(): void {
    this.#write(STEADY, 0);
    this.#write(WALL, 0);
  }

  /** The thread that works says that it is alive. */
  beat(): void {
    this.#write(BEAT, steadyMs());
  }

  /** How long the thread that works has said nothing. */
  get silenceMs(): number {
    return steadyMs() - this.#read(BEAT);
  }

  #read(cell: number): number {
    return Number(Atomics.load(this.#cells, cell));
  }

  #write(cell: number, value: number): void {
    Atomics.store(this.#cells, cell, BigInt(Math.floor(value)));
  }
}

function steadyMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
