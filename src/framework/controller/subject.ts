import { RECONCILE_ANNOTATION } from '../api/field-manager.ts';
import type { KubeObject } from '../api/object.ts';
import type { Cause } from '../cause.ts';
import { type Condition, Conditions } from '../conditions/conditions.ts';
import type { PartResult } from '../conditions/summary.ts';
import type { EventInput } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';

/** The parts of a status that every kind has, and those of its own. */
export type Status = {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastHandledReconcileAt?: string;
  readonly [field: string]: unknown;
};

export type SubjectOptions = {
  readonly object: KubeObject;
  readonly spec: unknown;
  readonly logger: Logger;
  /** Asks for another run of this object. */
  readonly enqueue: (cause: Cause) => void;
  readonly record: (object: KubeObject, event: EventInput) => void;
};

/** The signal of who has had no run yet. One for all: each comes with an error and its stack. */
const ENDED = AbortSignal.abort();

/**
 * The object that one instance of a kind reconciles, and what the current run has come to so far. The controller opens
 * a run, the instance fills it, and the controller reads it when the instance is done.
 */
export class Subject {
  readonly #options: SubjectOptions;
  #object: KubeObject;
  #conditions: Conditions;
  #fields: Readonly<Record<string, unknown>> = {};
  #told = new Set<string>();
  #signal = ENDED;
  #causes: readonly Cause[] = [];
  #isRunning = false;
  /** How the named parts fared in this run. */
  parts: PartResult[] = [];
  /** When the instance wants to run again although nothing changes, in milliseconds from now. */
  requeueAfterMs: number | undefined;

  constructor(options: SubjectOptions) {
    this.#options = options;
    this.#object = options.object;
    this.#conditions = conditionsOf(options.object);
  }

  get object(): KubeObject {
    return this.#object;
  }

  /** The spec as the kind's schema parsed it. */
  get spec(): unknown {
    return this.#options.spec;
  }

  get logger(): Logger {
    return this.#options.logger;
  }

  get conditions(): Conditions {
    return this.#conditions;
  }

  /** Aborted when the current run is to end: it took too long, or the process stops. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Why the current run was asked for. */
  get causes(): readonly Cause[] {
    return this.#causes;
  }

  /** Opens a run on the object as it is now, or goes on with the one that is open when the object has changed in it. */
  begin(object: KubeObject, run?: { readonly signal: AbortSignal; readonly causes: readonly Cause[] }): void {
    this.#object = object;
    this.#signal = run?.signal ?? this.#signal;
    this.#causes = run?.causes ?? this.#causes;
    this.#isRunning = true;
    this.#conditions = conditionsOf(object);
    this.#fields = {};
    this.#told = new Set();
    this.parts = [];
    this.requeueAfterMs = undefined;
  }

  /** Closes the run. */
  end(): void {
    this.#isRunning = false;
  }

  /** Asks for another run; without a cause, it is noted whether that was in the middle of one. */
  enqueue(cause: Cause = { type: 'asked', inRun: this.#isRunning }): void {
    this.#options.enqueue(cause);
  }

  /** Sets status fields of the kind's own; those not set in a run keep their values. */
  report(fields: Readonly<Record<string, unknown>>): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  record(event: EventInput): void {
    this.#told.add(event.reason);
    this.#options.record(this.#object, event);
  }

  /** Whether this run has recorded an event of that reason. */
  hasTold(reason: string): boolean {
    return this.#told.has(reason);
  }

  /** The status as it was when the run began. */
  get observedStatus(): Status {
    return statusOf(this.#object);
  }

  /** The status that the object should have after this run. */
  status(): Status {
    const { generation, annotations } = this.#object.metadata;
    const asked = annotations?.[RECONCILE_ANNOTATION];
    return {
      ...statusOf(this.#object),
      ...this.#fields,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      ...(asked === undefined ? {} : { lastHandledReconcileAt: asked }),
      conditions: this.#conditions.list(),
    };
  }
}

/** The status of an object of our own kinds. Our CRDs describe it, so the server has checked its shape. */
function statusOf(object: KubeObject): Status {
  return (object.status ?? {}) as Status;
}

function conditionsOf(object: KubeObject): Conditions {
  return new Conditions({
    observed: statusOf(object).conditions ?? [],
    generation: object.metadata.generation,
  });
}
