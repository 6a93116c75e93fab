import type { WriteGateway } from '../api/apply.ts';
import type { Discovery } from '../api/discovery.ts';
import type { Owner } from '../api/ownership.ts';
import type { Transport } from '../api/transport.ts';
import type { Informers } from '../cache/informers.ts';
import type { EventInput } from '../observe/events.ts';
import type { Logger } from '../observe/logger.ts';
import type { WriteNews } from './write-news.ts';

/** Where a plan is made instead of changes: nothing outside the cluster may be changed, only told of. */
export type PlanNotes = {
  /** A change that a run would make, such as `PostgreSQL at db:5432: create role "app"`. */
  readonly would: (change: string) => void;
  /** What a plan cannot tell, because it depends on what is not there yet. */
  readonly cannotTell: (what: string) => void;
};

/** What the whole operator shares. */
export type Runtime = {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly informers: Informers;
  readonly gateway: WriteGateway;
  /** What objects of this operator tell one another of their writes. */
  readonly news: WriteNews;
  readonly logger: Logger;
  /** The namespaces that are watched; all of them when empty. */
  readonly namespaces: readonly string[];
  /** How often a kind looks again at what lies outside the cluster, in milliseconds. */
  readonly recheckMs: number;
  /** Given when a plan is made. */
  readonly plan?: PlanNotes | undefined;
  /** The image of this operator, for Jobs that run a program of it; unknown where it runs outside a cluster. */
  readonly image?: string | undefined;
};

/** What one instance of a kind brings along. */
export type InstanceScope = {
  /** The object that the instance reconciles. */
  readonly owner: () => Owner;
  /** The signal of the current run. */
  readonly signal: () => AbortSignal;
  /** Tells in an event of that object what has happened. */
  readonly record?: (event: EventInput) => void;
};

/** What a container has to end. */
export type Handle = { readonly synced: Promise<unknown>; dispose(): void };

/** A class that can be asked for by `services.get`. Marked `shared`, there is one for the whole operator. */
export type ServiceClass<T> = { new (services: Services): T; readonly shared?: boolean };

/**
 * Hands out services by their class, made when first asked for.
 *
 * Every instance of a kind has a container of its own, so that what it subscribed to goes when it goes; services
 * marked `shared` live in the operator's container.
 */
export class Services {
  readonly runtime: Runtime;
  readonly scope: InstanceScope | undefined;
  readonly #parent: Services | undefined;
  readonly #made = new Map<ServiceClass<unknown>, unknown>();
  readonly #handles = new Set<Handle>();

  constructor(runtime: Runtime, parts: { scope?: InstanceScope; parent?: Services } = {}) {
    this.runtime = runtime;
    this.scope = parts.scope;
    this.#parent = parts.parent;
  }

  /** A container for one instance of a kind. */
  child(scope: InstanceScope): Services {
    return new Services(this.runtime, { scope, parent: this });
  }

  get<T>(service: ServiceClass<T>): T {
    if (service.shared && this.#parent) {
      return this.#parent.get(service);
    }
    if (!this.#made.has(service)) {
      this.#made.set(service, new service(this));
    }
    return this.#made.get(service) as T; // the map's key is the value's class
  }

  /** Ties the life of a handle to this container. */
  track(handle: Handle): void {
    this.#handles.add(handle);
  }

  /** Resolves when every handle made so far knows its object. */
  async synced(): Promise<void> {
    await Promise.all([...this.#handles].map((handle) => handle.synced));
  }

  /** Ends every subscription made through this container. */
  dispose(): void {
    for (const handle of this.#handles) {
      handle.dispose();
    }
    this.#handles.clear();
  }
}
