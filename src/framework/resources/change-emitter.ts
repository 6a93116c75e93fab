import { EventEmitter } from 'node:events';
import type { Cause } from '../cause.ts';

/** Told of a change, and why it matters; nothing is said when only another object was chosen. */
export type ChangeListener = (cause?: Cause) => void;

/** Something that changes and tells of it. */
export class ChangeEmitter {
  readonly #events = new EventEmitter<{ changed: [cause?: Cause] }>();

  on(event: 'changed', listener: ChangeListener): this {
    this.#events.on(event, listener);
    return this;
  }

  off(event: 'changed', listener: ChangeListener): this {
    this.#events.off(event, listener);
    return this;
  }

  protected emitChanged(cause?: Cause): void {
    this.#events.emit('changed', cause);
  }

  /** Forgets every listener. */
  protected removeListeners(): void {
    this.#events.removeAllListeners();
  }
}
