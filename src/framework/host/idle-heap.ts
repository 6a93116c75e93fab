import { getHeapStatistics } from 'node:v8';

/** What is looked at, and what collects garbage; tests have their own. */
export type Heap = {
  /** Bytes in use, garbage included. */
  readonly used: () => number;
  readonly collect: () => void;
  /** How long this thread has had a processor so far, in milliseconds. */
  readonly computedMs: () => number;
};

export type IdleHeapOptions = {
  readonly heap?: Heap | undefined;
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;

/** A thread that computes for less than this part of the time has nothing to do. */
const IDLE_SHARE = 0.05;

/** Less garbage than this is not worth a collection, which takes some 20 ms. */
const WORTH_BYTES = 4 * 2 ** 20;

/**
 * Collects garbage when there is nothing else to do. V8 collects when it needs room, and an operator at rest needs none: what
 * a burst of work has left would stay resident for hours. Without `--expose-gc` there is nothing to call, and nothing is done.
 */
export class IdleHeap {
  readonly #heap: Heap | undefined;
  readonly #lookMs: number;
  #timer: NodeJS.Timeout | undefined;
  #computedMs = 0;
  #kept = 0;

  constructor({ heap = heapOfProcess(), lookMs = LOOK_MS }: IdleHeapOptions = {}) {
    this.#heap = heap;
    this.#lookMs = lookMs;
  }

  start(): void {
    const heap = this.#heap;
    if (heap) {
      this.#timer ??= setInterval(() => this.#look(heap), this.#lookMs).unref();
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look({ used, collect, computedMs }: Heap): void {
    const computed = computedMs();
    const isIdle = computed - this.#computedMs < this.#lookMs * IDLE_SHARE;
    this.#computedMs = computed;
    if (isIdle && used() > this.#kept + WORTH_BYTES) {
      collect();
      this.#kept = used();
    }
  }
}

function heapOfProcess(): Heap | undefined {
  const { gc } = globalThis;
  return (
    gc && {
      used: () => getHeapStatistics().used_heap_size,
      collect: () => void gc(),
      computedMs: () => {
        const { user, system } = process.threadCpuUsage();
        return (user + system) / 1_000;
      },
    }
  );
}
