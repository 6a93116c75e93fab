/** A condition as it stands in `status.conditions`. */
export type Condition = {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
};

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** What a kind says about one aspect of its object. */
export type ConditionInput = {
  readonly status: ConditionStatus;
  /** CamelCase and stable; the status' own name when left out. */
  readonly reason?: string | undefined;
  /** One sentence for people; the same on every run while nothing changes. */
  readonly message?: string | undefined;
};

export type ConditionsOptions = {
  /** The conditions that are on the server. */
  readonly observed: readonly Condition[];
  /** The generation of the spec that is being reconciled. */
  readonly generation: number | undefined;
  readonly now?: () => Date;
};

/**
 * The conditions of one object during one run. Changes are collected here and written once, when the run ends.
 * The transition time of a condition moves only when its status does.
 */
export class Conditions {
  readonly #observed: ReadonlyMap<string, Condition>;
  readonly #conditions: Map<string, Condition>;
  readonly #generation: number | undefined;
  readonly #now: () => Date;
  readonly #touched = new Set<string>();

  constructor(options: ConditionsOptions) {
    this.#generation = options.generation;
    this.#now = options.now ?? (() => new Date());
    this.#observed = new Map(options.observed.map((condition) => [condition.type, condition]));
    this.#conditions = new Map(this.#observed);
  }

  get(type: string): Condition | undefined {
    return this.#conditions.get(type);
  }

  /** Sets a condition. Returns a promise only so that it can be awaited as the authoring guide shows. */
  async set(type: string, input: ConditionInput): Promise<void> {
    this.put(type, input);
  }

  /** As {@link set}, at once. */
  put(type: string, { status, reason, message }: ConditionInput): void {
    // Compared with what is on the server: a change back within the run is none.
    const observed = this.#observed.get(type);
    this.#touched.add(type);
    this.#conditions.set(type, {
      type,
      status,
      reason: reason ?? defaultReason(type, status),
      message: message ?? '',
      lastTransitionTime: observed?.status === status ? observed.lastTransitionTime : timestamp(this.#now()),
      ...(this.#generation === undefined ? {} : { observedGeneration: this.#generation }),
    });
  }

  /** Removes a condition: conditions that tell of trouble are there only while there is any. */
  remove(type: string): void {
    this.#conditions.delete(type);
    this.#touched.delete(type);
  }

  /**
   * Removes what was said of an earlier spec and nobody has said again: after a run in which every part was ready, such a
   * condition is of a part that is not wanted any more, and would contradict `Ready` for good.
   */
  removeOutdated(): void {
    for (const { type, observedGeneration } of this.#observed.values()) {
      const isOutdated = (observedGeneration ?? Number.POSITIVE_INFINITY) < (this.#generation ?? 0);
      if (isOutdated && !this.#touched.has(type)) {
        this.#conditions.delete(type);
      }
    }
  }

  /** Whether the condition was set since this object was made. */
  wasSet(type: string): boolean {
    return this.#touched.has(type);
  }

  /** All conditions, `Ready` first, then in the order in which they first appeared. */
  list(): Condition[] {
    const all = [...this.#conditions.values()];
    return [...all.filter(({ type }) => type === 'Ready'), ...all.filter(({ type }) => type !== 'Ready')];
  }
}

function defaultReason(type: string, status: ConditionStatus): string {
  if (status === 'True') {
    return type;
  }
  return status === 'False' ? `Not${type}` : 'Unknown';
}

/** Kubernetes times have whole seconds. */
function timestamp(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
