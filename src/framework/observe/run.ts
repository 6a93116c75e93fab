import { AsyncLocalStorage } from 'node:async_hooks';
import { describeRef, type KubeObject, keyOf, type Manifest, type ObjectRef } from '../api/object.ts';
import type { AnsweredRequest } from '../api/transport.ts';
import { type Causes, describeCauses } from '../cause.ts';
import { changedFields } from './changed-fields.ts';
import { heardOf } from './watchdog.ts';

/** How many entries of each sort one run keeps. */
const MAX_ENTRIES = 30;

/** One request that a run made; `code` is 0 when there was no answer. */
export type RunRequest = { readonly method: string; readonly path: string; readonly code: number };

/** One write that a run made, with the paths of the fields that it changed. */
export type RunWrite = {
  readonly kind: string;
  readonly object: string;
  readonly result: 'created' | 'updated' | 'unchanged by the server';
  readonly fields: readonly string[];
  readonly resourceVersion: string;
  readonly generation?: number | undefined;
};

/** What a run waited for, or what was wrong. */
export type RunTrouble = { readonly kind: string; readonly reason: string; readonly message: string };

/** How a run ended. */
export type RunEnd = {
  readonly outcome: string;
  readonly troubles: readonly RunTrouble[];
  /** When the object runs again although nothing changes. */
  readonly nextRunMs?: number | undefined;
};

/** A run as people see it. Names, paths and numbers; never a value of a field. */
export type RunRecord = {
  readonly id: string;
  readonly startedAt: string;
  readonly durationMs?: number | undefined;
  readonly causes: readonly string[];
  readonly requests: readonly RunRequest[];
  readonly requestCount: number;
  readonly read: readonly string[];
  readonly wrote: readonly Omit<RunWrite, 'generation'>[];
  /** What was asked to be written and had not changed. */
  readonly skipped: readonly string[];
} & Partial<RunEnd>;

export type RunOptions = {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly causes: Causes;
};

/** One run of one object, and what it does, as long as it lasts. */
export class Run {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly causes: Causes;
  readonly #startedAt = new Date();
  readonly #requests: RunRequest[] = [];
  readonly #read = new Set<string>();
  readonly #skipped = new Set<string>();
  readonly #writes: RunWrite[] = [];
  #requestCount = 0;
  #end: (RunEnd & { readonly durationMs: number }) | undefined;

  constructor({ id, kind, object, causes }: RunOptions) {
    this.id = id;
    this.kind = kind;
    this.object = object;
    this.causes = causes;
  }

  /** Its causes in a few words. */
  get summary(): string {
    const [first = 'unknown', ...others] = describeCauses(this.causes.list(), this.causes.dropped);
    return others.length === 0 ? first : `${first} and ${others.length} more`;
  }

  get requestCount(): number {
    return this.#requestCount;
  }

  get writes(): readonly RunWrite[] {
    return this.#writes;
  }

  requested({ method, path, code }: AnsweredRequest): void {
    heardOf(this);
    if (!this.#end) {
      this.#requestCount += 1;
      append(this.#requests, { method, path, code });
    }
  }

  /** The run looked at an object in the cache. */
  looked(ref: ObjectRef): void {
    heardOf(this);
    if (!this.#end && this.#read.size < MAX_ENTRIES) {
      this.#read.add(describeRef(ref));
    }
  }

  /** The server answered a write: `before` is what the cache had when it was sent. */
  wrote(before: KubeObject | undefined, after: KubeObject, sent: unknown): void {
    heardOf(this);
    if (this.#end) {
      return; // an event that is written later is none of the run's
    }
    const { resourceVersion, generation } = after.metadata;
    const isSame = before?.metadata.resourceVersion === resourceVersion;
    const changed = before ? 'updated' : 'created';
    append(this.#writes, {
      kind: after.kind,
      object: keyOf(after),
      result: isSame ? 'unchanged by the server' : changed,
      fields: isSame ? [] : changedFields(before, after, sent),
      resourceVersion,
      generation,
    });
  }

  /** A write was asked for that would change nothing. */
  skipped({ apiVersion, kind, metadata }: Manifest): void {
    heardOf(this);
    if (this.#skipped.size < MAX_ENTRIES) {
      this.#skipped.add(describeRef({ apiVersion, kind, ...metadata }));
    }
  }

  ended(end: RunEnd): void {
    heardOf(this);
    this.#end = { ...end, durationMs: Math.round(Date.now() - this.#startedAt.getTime()) };
  }

  record(): RunRecord {
    return {
      id: this.id,
      startedAt: this.#startedAt.toISOString(),
      causes: describeCauses(this.causes.list(), this.causes.dropped),
      requests: this.#requests,
      requestCount: this.#requestCount,
      read: [...this.#read],
      wrote: this.#writes.map(({ generation: _generation, ...write }) => write),
      skipped: [...this.#skipped],
      ...this.#end,
    };
  }
}

function append<T>(list: T[], entry: T): void {
  if (list.length < MAX_ENTRIES) {
    list.push(entry);
  }
}

const runs = new AsyncLocalStorage<Run | undefined>();

/** Does some work as part of a run: whatever it awaits finds that run by {@link currentRun}. */
export function within<T>(run: Run, work: () => Promise<T>): Promise<T> {
  return runs.run(run, work);
}

/** Begins something that outlives the run which happens to begin it, such as a watch, and is no part of it. */
export function outsideRuns(work: () => void): void {
  runs.run(undefined, work);
}

/** The run that the caller is part of, if any. */
export function currentRun(): Run | undefined {
  return runs.getStore();
}
