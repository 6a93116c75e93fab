import type { Cause, Causes } from '../cause.ts';
import type { RunWrite } from '../observe/run.ts';
import { type BackoffOptions, backoffMs } from '../queue/backoff.ts';

/** What a run that goes round in circles keeps writing. */
export type Loop = {
  /** How many runs in a row. */
  readonly runs: number;
  /** What they wrote, such as `Domain home/a (status.lastSeen)`. */
  readonly writes: readonly string[];
};

type Target = { readonly resourceVersion: string; readonly generation: number | undefined; readonly fields: string[] };

type State = {
  /** How many runs in a row were caused by nothing but the writes of the run before, and wrote the same again. */
  readonly links: number;
  /** What the last run wrote, by kind and key. */
  readonly targets: ReadonlyMap<string, Target>;
  readonly isReported: boolean;
  readonly heldUntil: number;
  /** When the last run ended that wrote something. */
  readonly at: number;
};

/** A run that wrote something. */
type Step = {
  readonly before: State | undefined;
  readonly targets: ReadonlyMap<string, Target>;
  readonly causes: Causes;
};

/** A run as the detector sees it. */
export type LoopRun = { readonly causes: Causes; readonly writes: readonly RunWrite[] };

export type LoopDetectorOptions = {
  /** After so many runs in a row the object is in a loop. */
  readonly threshold?: number;
  readonly slowdown?: BackoffOptions;
  readonly now?: () => number;
};

/** More than any healthy object needs to settle, and no burden for a server. */
const THRESHOLD = 20;

/** Runs that are further apart are no loop. More than the longest delay between two runs of one. */
const MEMORY_MS = 15 * 60_000;

const SLOWDOWN: BackoffOptions = { baseMs: 1_000, maxMs: 5 * 60_000 };

/**
 * Finds objects whose runs are caused by their own writes, again and again: one that puts the time into its status, or
 * two that fight over a child.
 *
 * A run is a link of a loop when everything that asked for it follows from the writes of the run before, and it writes
 * the same fields of the same object again. What progresses, as a rollout does, writes something else each time or is
 * moved on by others, so it is never taken for a loop.
 */
export class LoopDetector {
  readonly #threshold: number;
  readonly #slowdown: BackoffOptions;
  readonly #now: () => number;
  readonly #states = new Map<string, State>();

  constructor({ threshold = THRESHOLD, slowdown = SLOWDOWN, now = Date.now }: LoopDetectorOptions = {}) {
    this.#threshold = threshold;
    this.#slowdown = slowdown;
    this.#now = now;
  }

  /** How long a run is to be put off: 0 unless the object is in a loop and nothing else asks for the run. */
  holdMs(key: string, causes: Causes): number {
    const state = this.#states.get(key);
    return state && state.heldUntil > this.#now() && isSelfMade(causes, state) ? state.heldUntil - this.#now() : 0;
  }

  /** Takes note of a run that has ended. @returns the loop, when one has just been found. */
  ended(key: string, run: LoopRun): Loop | undefined {
    const before = this.#recent(key);
    const targets = targetsOf(run.writes);
    if (targets.size > 0) {
      return this.#wrote(key, { before, targets, causes: run.causes });
    }
    // In a fight, there are runs in between that find everything as they left it.
    if (before && !isSelfMade(run.causes, before)) {
      this.#states.set(key, {
        ...before,
        links: 0,
        targets,
        heldUntil: 0,
        isReported: stillReported(before, run.causes),
      });
    }
    return undefined;
  }

  #wrote(key: string, { before, targets, causes }: Step): Loop | undefined {
    const repeated = before && isSelfMade(causes, before) ? repetitions(before, targets, causes) : [];
    const links = repeated.length > 0 ? (before?.links ?? 0) + 1 : 0;
    const isLoop = links >= this.#threshold;
    const wasReported = before !== undefined && stillReported(before, causes);
    const heldUntil = isLoop ? this.#now() + backoffMs(links - this.#threshold, this.#slowdown) : 0;
    this.#states.set(key, { links, targets, heldUntil, isReported: wasReported || isLoop, at: this.#now() });
    return isLoop && !wasReported ? { runs: links, writes: repeated } : undefined;
  }

  /** How many runs in a row were links, when these are enough for a loop. */
  loopOf(key: string): { readonly runs: number; readonly heldMs: number } | undefined {
    const state = this.#states.get(key);
    return state && state.links >= this.#threshold
      ? { runs: state.links, heldMs: Math.max(0, state.heldUntil - this.#now()) }
      : undefined;
  }

  forget(key: string): void {
    this.#states.delete(key);
  }

  #recent(key: string): State | undefined {
    const state = this.#states.get(key);
    return state && this.#now() - state.at < MEMORY_MS ? state : undefined;
  }
}

/** A loop is told of once, however often something interrupts it; a new spec may be in a loop of its own. */
function stillReported({ isReported }: State, causes: Causes): boolean {
  return isReported && !causes.list().some((cause) => cause.type === 'object' && cause.change === 'spec');
}

function targetsOf(writes: readonly RunWrite[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const { kind, object, fields, resourceVersion, generation, result } of writes) {
    if (result === 'updated') {
      const name = `${kind} ${object}`;
      targets.set(name, { resourceVersion, generation, fields: [...(targets.get(name)?.fields ?? []), ...fields] });
    }
  }
  return targets;
}

function isSelfMade(causes: Causes, state: State): boolean {
  const list = causes.list();
  return list.length > 0 && causes.dropped === 0 && list.every((cause) => follows(cause, state));
}

/** Whether a cause follows from what the last run wrote. */
function follows(cause: Cause, { targets }: State): boolean {
  switch (cause.type) {
    case 'asked':
      return cause.inRun;
    case 'echo':
      return targets.has(`${cause.kind} ${cause.object}`);
    case 'reference': {
      // No newer generation: whoever wrote after us reported only, as a controller does of what we asked it for.
      const target = targets.get(`${cause.kind} ${cause.object}`);
      return cause.change === 'changed' && (cause.generation ?? Number.POSITIVE_INFINITY) <= (target?.generation ?? 0);
    }
    default:
      return false;
  }
}

/** What was written again after it had caused the run. */
function repetitions(before: State, targets: ReadonlyMap<string, Target>, causes: Causes): string[] {
  const causing = new Set(causes.list().flatMap((cause) => ('object' in cause ? `${cause.kind} ${cause.object}` : [])));
  const wasAsked = causes.list().some(({ type }) => type === 'asked');
  return [...targets].flatMap(([name, { fields }]) => {
    const earlier = before.targets.get(name)?.fields ?? [];
    const same = [...new Set(fields)].filter((field) => earlier.includes(field));
    return same.length > 0 && (wasAsked || causing.has(name)) ? `${name} (${same.slice(0, 3).join(', ')})` : [];
  });
}
