import type { Cause } from '../cause.ts';
import { ChangeEmitter } from './change-emitter.ts';
import type { Resource, WellKnownResource } from './resource.ts';

/** A variable that holds a resource: `changed` fires when the resource changes and when another one takes its place. */
export class ResourceReference<
  T extends object = WellKnownResource,
  TResource extends Resource<T> = Resource<T>,
> extends ChangeEmitter {
  #current: TResource | undefined;

  constructor(current?: TResource) {
    super();
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

  readonly #forward = (cause?: Cause): void => {
    this.emitChanged(cause);
  };
}
