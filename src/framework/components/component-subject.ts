import type { KubeObject } from '../api/object.ts';
import type { EventInput } from '../observe/events.ts';

/** The object whose components are brought in line, as its instance offers it. */
export type ComponentSubject = {
  readonly object: KubeObject;
  /** Asks for another run. */
  queueReconcile(): void;
  /** Asks for another run after a while. */
  requeueAfter(delayMs: number): void;
  record(event: EventInput): void;
};
