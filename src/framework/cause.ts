/** What happened to an object of our own kind. */
export type OwnChange = 'created' | 'spec' | 'status' | 'metadata' | 'deletion';

/** Why a run was asked for: names, versions and numbers, never content. */
export type Cause =
  /** Found by the first listing. */
  | { readonly type: 'start' }
  /** The object itself changed. */
  | { readonly type: 'object'; readonly change: OwnChange; readonly resourceVersion: string }
  /** An object that it refers to, or that it made, appeared, changed or went. */
  | {
      readonly type: 'reference';
      readonly kind: string;
      readonly object: string;
      readonly change: 'created' | 'changed' | 'deleted';
      readonly resourceVersion: string;
      readonly generation?: number | undefined;
    }
  /** A version that this operator wrote itself came back from the watch. */
  | { readonly type: 'echo'; readonly kind: string; readonly object: string; readonly resourceVersion: string }
  /** The time that an earlier run asked for has come. */
  | { readonly type: 'timer'; readonly afterMs: number }
  /** The last run failed; `attempt` counts from 1. */
  | { readonly type: 'retry'; readonly attempt: number }
  /** The kind asked without saying why, in the middle of a run or between two. */
  | { readonly type: 'asked'; readonly inRun: boolean };

const TYPES: ReadonlySet<unknown> = new Set<Cause['type']>([
  'start',
  'object',
  'reference',
  'echo',
  'timer',
  'retry',
  'asked',
]);

/** Whether a value is a cause: listeners of a kind may be called by anybody, with anything, even with DOM events. */
export function isCause(value: unknown): value is Cause {
  const isPlain = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && 'type' in value && TYPES.has(value.type);
}

/** The word for a cause in metrics; there are only a few. */
export function labelOf(cause: Cause): string {
  return cause.type === 'object' ? cause.change : cause.type;
}

/** A cause in words, as logs and explanations have it. */
export function describeCause(cause: Cause): string {
  switch (cause.type) {
    case 'start':
      return 'found at start-up';
    case 'object':
      return `own ${cause.change} at version ${cause.resourceVersion}`;
    case 'reference':
      return `${cause.kind} ${cause.object} ${cause.change} at version ${cause.resourceVersion}`;
    case 'echo':
      return `echo of our write of ${cause.kind} ${cause.object}, version ${cause.resourceVersion}`;
    case 'timer':
      return `timer after ${cause.afterMs / 1000} s`;
    case 'retry':
      return `retry ${cause.attempt}`;
    case 'asked':
      return cause.inRun ? 'asked for by the last run' : 'asked for by the kind';
  }
}

/** How many causes of one run are kept. */
const MAX_CAUSES = 8;

/** The causes of one run: the same one counts once, and of more than a few only the number is kept. */
export class Causes {
  readonly #causes = new Map<string, Cause>();
  #dropped = 0;

  constructor(...causes: readonly Cause[]) {
    for (const cause of causes) {
      this.add(cause);
    }
  }

  /** How many were too many to be kept. */
  get dropped(): number {
    return this.#dropped;
  }

  add(cause: Cause): void {
    const words = describeCause(cause);
    if (this.#causes.size < MAX_CAUSES || this.#causes.has(words)) {
      this.#causes.set(words, cause);
    } else {
      this.#dropped += 1;
    }
  }

  /** Adds the causes of another list, each as `renamed` has it. */
  addAll(others: Causes, renamed: (cause: Cause) => Cause = (cause) => cause): void {
    for (const cause of others.list()) {
      this.add(renamed(cause));
    }
    this.#dropped += others.dropped;
  }

  list(): Cause[] {
    return [...this.#causes.values()];
  }
}

/** Several causes in words; what was dropped is counted. */
export function describeCauses(causes: readonly Cause[], dropped = 0): string[] {
  return [...causes.map(describeCause), ...(dropped > 0 ? [`${dropped} more`] : [])];
}
