import { EventEmitter } from 'node:events';
import type { Resource, ResourceShape, WellKnownResource } from './resource.ts';

type ReferenceEvents = { changed: [] };

/** A variable that holds a resource: `changed` fires when the resource changes and when another one takes its place. */
export class ResourceReference<
  T extends ResourceShape = WellKnownResource,
  TResource extends Resource<T> = Resource<T>,
> {
  readonly #events = new EventEmitter<ReferenceEvents>();
  #current: TResource | undefined;

  constructor(current?: TResource) {
    this.current = current;
  }

  get current(): TResource | undefined {
    return this.#current;
  }

  set current(next: TResource | undefined) {
    if (next === this.#current) {
      return;
    }
    this.#current?.off('changed', this.#forward);
    this.#current = next;
    next?.on('changed', this.#forward);
    this.#forward();
  }

  on(event: 'changed', listener: () => void): this {
    this.#events.on(event, listener);
    return this;
  }

  off(event: 'changed', listener: () => void): this {
    this.#events.off(event, listener);
    return this;
  }

  readonly #forward = (): void => {
    this.#events.emit('changed');
  };
}
