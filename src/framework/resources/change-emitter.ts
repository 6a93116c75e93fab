import { EventEmitter } from 'node:events';

/** Something that changes and tells of it. */
export class ChangeEmitter {
  readonly #events = new EventEmitter<{ changed: [] }>();

  on(event: 'changed', listener: () => void): this {
    this.#events.on(event, listener);
    return this;
  }

  off(event: 'changed', listener: () => void): this {
    this.#events.off(event, listener);
    return this;
  }

  protected emitChanged(): void {
    this.#events.emit('changed');
  }

  /** Forgets every listener. */
  protected removeListeners(): void {
    this.#events.removeAllListeners();
  }
}
