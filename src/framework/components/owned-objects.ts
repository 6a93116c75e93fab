import { typeKey } from '../api/discovery.ts';
import { COMPONENT_LABEL } from '../api/field-manager.ts';
import { type KubeObject, keyOf, type ObjectKey } from '../api/object.ts';
import type { Informer, InformerSelection } from '../cache/informer.ts';
import type { Cause } from '../cause.ts';
import { referenceCause } from '../resources/change-cause.ts';
import type { Runtime, Services } from '../resources/services.ts';
import type { ComponentKind } from './component.ts';

/** The objects of components, of one kind, by the object that controls them. */
export class OwnedKind {
  readonly #informer: Informer;
  readonly #keys = new Map<string, Set<ObjectKey>>();
  readonly #listeners = new Map<string, Set<(cause: Cause) => void>>();

  constructor(informer: Informer, type: ComponentKind, { gateway }: Runtime) {
    this.#informer = informer;
    for (const object of informer.values()) {
      this.#enter(object);
    }
    informer.subscribe((change) => {
      const { previous, current } = change;
      if (previous && !current) {
        gateway.forget(previous);
      }
      this.#leave(previous);
      if (current) {
        this.#enter(current);
      }
      const { name, namespace } = (current ?? previous)?.metadata ?? { name: change.key };
      const cause = referenceCause({ ...type, name, namespace }, change);
      for (const owner of new Set([controllerOf(previous), controllerOf(current)])) {
        this.#tell(owner, cause);
      }
    });
  }

  /** Resolves when it is known what there is; throws as `Informer.ready` does. */
  ready(): Promise<void> {
    return this.#informer.ready();
  }

  get(key: ObjectKey): KubeObject | undefined {
    return this.#informer.get(key);
  }

  /** Those that an object controls and that are of a component. */
  of(owner: string): KubeObject[] {
    const keys = this.#keys.get(owner) ?? new Set();
    return [...keys].flatMap((key) => this.get(key) ?? []);
  }

  /** Calls the listener whenever the kind comes to be served, until the returned function is called. */
  subscribeServed(listener: () => void): () => void {
    return this.#informer.subscribeServed(listener);
  }

  /** Takes note of an object that was just written: no listener hears of own writes. */
  note(key: ObjectKey): void {
    const object = this.get(key);
    if (object) {
      this.#enter(object);
    }
  }

  /** Calls the listener on every change of an object that the owner controls, until the returned function is called. */
  subscribe(owner: string, listener: (cause: Cause) => void): () => void {
    const listeners = this.#listeners.get(owner) ?? new Set();
    this.#listeners.set(owner, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(owner) === listeners) {
        this.#listeners.delete(owner);
      }
    };
  }

  #enter(object: KubeObject): void {
    const owner = controllerOf(object);
    if (owner !== undefined && componentOf(object) !== undefined) {
      const keys = this.#keys.get(owner) ?? new Set();
      this.#keys.set(owner, keys.add(keyOf(object)));
    }
  }

  #leave(object: KubeObject | undefined): void {
    const owner = controllerOf(object) ?? '';
    const keys = this.#keys.get(owner);
    if (object && keys?.delete(keyOf(object)) && keys.size === 0) {
      this.#keys.delete(owner);
    }
  }

  #tell(owner: string | undefined, cause: Cause): void {
    for (const listener of [...(this.#listeners.get(owner ?? '') ?? [])]) {
      listener(cause);
    }
  }
}

/**
 * What components have made, as the cluster has it: neither a restart nor a lost status makes it forget anything. One
 * for the whole operator, because the caches are.
 */
export class OwnedObjects {
  static readonly shared = true;
  readonly #runtime: Runtime;
  readonly #kinds = new Map<string, OwnedKind>();

  constructor({ runtime }: Services) {
    this.#runtime = runtime;
  }

  /** The objects of a kind, watched from now on. */
  kind({ apiVersion, kind }: ComponentKind): OwnedKind {
    const id = typeKey({ apiVersion, kind });
    const known = this.#kinds.get(id);
    if (known) {
      return known;
    }
    const informer = this.#runtime.informers.get({ apiVersion, kind, ...selectionOf(kind) });
    const owned = new OwnedKind(informer, { apiVersion, kind }, this.#runtime);
    this.#kinds.set(id, owned);
    return owned;
  }
}

/** The component that an object says it is of. */
export function componentOf(object: KubeObject): string | undefined {
  return object.metadata.labels?.[COMPONENT_LABEL];
}

/** The UID of the object that controls another. */
export function controllerOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}

/** Of the cluster's objects only those of components are held; Secrets are held anyway, all of them as metadata. */
function selectionOf(kind: string): Partial<InformerSelection> {
  return kind === 'Secret' ? { projection: 'metadata' } : { labelSelector: COMPONENT_LABEL };
}
