import { collectionPath, typeKey, UnknownKindError } from '../api/discovery.ts';
import { isNotFound } from '../api/errors.ts';
import type { Runtime, Services } from '../resources/services.ts';
import type { ComponentKind } from './component.ts';

/** How often it is asked whether a kind has come, however many objects wait for it. */
const ASK_MS = 10_000;

type Wait = { readonly listeners: Set<() => void>; readonly timer: NodeJS.Timeout };

/** Tells those who wait for a kind when its CRD is installed. One for the whole operator. */
export class ApiArrival {
  static readonly shared = true;
  readonly #runtime: Runtime;
  readonly #waits = new Map<string, Wait>();

  constructor({ runtime }: Services) {
    this.#runtime = runtime;
  }

  /** Calls the listener once when the server serves the kind, unless the returned function was called before. */
  await(kind: ComponentKind, listener: () => void): () => void {
    const id = typeKey(kind);
    const wait = this.#waits.get(id) ?? this.#start(id, kind);
    wait.listeners.add(listener);
    return () => {
      wait.listeners.delete(listener);
      if (wait.listeners.size === 0) {
        this.#end(id, wait);
      }
    };
  }

  #start(id: string, kind: ComponentKind): Wait {
    const wait: Wait = { listeners: new Set(), timer: setInterval(() => void this.#ask(id, kind), ASK_MS).unref() };
    this.#waits.set(id, wait);
    return wait;
  }

  async #ask(id: string, kind: ComponentKind): Promise<void> {
    const wait = this.#waits.get(id);
    if (wait && (await this.#isServed(kind))) {
      this.#end(id, wait);
      for (const listener of wait.listeners) {
        listener();
      }
    }
  }

  #end(id: string, wait: Wait): void {
    clearInterval(wait.timer);
    if (this.#waits.get(id) === wait) {
      this.#waits.delete(id);
    }
  }

  /** Asks for the kind's objects: what discovery knows of a kind is out of date when its CRD was removed. */
  async #isServed(kind: ComponentKind): Promise<boolean> {
    const { discovery, transport, namespaces } = this.#runtime;
    try {
      const type = await discovery.resolve(kind);
      await transport.request({ path: collectionPath(type, namespaces[0]), query: { limit: 1 } });
      return true;
    } catch (error) {
      // Whatever else goes wrong, the run that follows tells of it better.
      return !(isNotFound(error) || error instanceof UnknownKindError);
    }
  }
}
