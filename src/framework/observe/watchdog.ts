import type { Logger } from './logger.ts';

/** What names a run. */
export type RunName = { readonly kind: string; readonly object: string; readonly id: string };

export type WatchdogOptions = {
  readonly logger: Pick<Logger, 'warn'>;
  /** Told of every block, with the kind of the run that did it; empty when that was none. */
  readonly onBlocked: (kind: string) => void;
  /** For longer than this nobody may keep the event loop to itself; a second when left out. */
  readonly limitMs?: number;
};

/** One step of a run that kept the event loop to itself for longer than this is worth remembering. */
const WORTH_MS = 20;

/** The process has one event loop: when it or a run on it was last heard of, and the run after the longest silence. */
const loop: { heardOfAt: number; silenceMs: number; run: RunName | undefined } = {
  heardOfAt: performance.now(),
  silenceMs: WORTH_MS,
  run: undefined,
};

/** A run does something that is noted. Nobody else is heard of while it computes, so this ends a silence of its making. */
export function heardOf(run: RunName): void {
  const now = performance.now();
  const silenceMs = now - loop.heardOfAt;
  if (silenceMs > loop.silenceMs) {
    loop.silenceMs = silenceMs;
    loop.run = run;
  }
  loop.heardOfAt = now;
}

/**
 * Tells afterwards when the event loop was blocked by a computation, and by whose. The time without a processor does not
 * count: a process that was stopped, or that has to share its machine, has done nothing wrong.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;
  #computedMs = computedMs();

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#limitMs = options.limitMs ?? 1_000;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#limitMs / 4).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const now = performance.now();
    const computed = computedMs();
    const blockedMs = Math.min(computed - this.#computedMs, Math.max(loop.silenceMs, now - loop.heardOfAt));
    if (blockedMs > this.#limitMs) {
      this.#tell(blockedMs);
    }
    Object.assign(loop, { heardOfAt: now, silenceMs: WORTH_MS, run: undefined });
    this.#computedMs = computed;
  }

  #tell(blockedMs: number): void {
    const { kind, object, id } = loop.run ?? {};
    const message = loop.run ? 'a run has blocked the event loop' : 'the event loop was blocked';
    this.#options.logger.warn(message, { kind, object, run: id, blockedMs: Math.round(blockedMs) });
    this.#options.onBlocked(kind ?? '');
  }
}

/** For how long this thread has had a processor. */
function computedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
