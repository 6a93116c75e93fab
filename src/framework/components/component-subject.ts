import type { KubeObject } from '../api/object.ts';
import type { Cause } from '../cause.ts';
import type { EventInput } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';

/** The object whose components are brought in line, as its instance offers it. */
export type ComponentSubject = {
  readonly object: KubeObject;
  /** Asks for another run, for a reason if one is known. */
  queueReconcile(cause?: Cause): void;
  /** Asks for another run after a while. */
  requeueAfter(delayMs: number): void;
  record(event: EventInput): void;
  /** Names the object in each of its lines. */
  readonly log: Logger;
};
