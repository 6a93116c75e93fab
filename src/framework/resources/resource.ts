import type { ApplyOptions, WriteGateway, WriteResult } from '../api/apply.ts';
import {
  describeRef,
  type KubeObject,
  keyFor,
  type Manifest,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  refIn,
} from '../api/object.ts';
import type { Owner } from '../api/ownership.ts';
import type { Freshness, Informer } from '../cache/informer.ts';
import type { Condition } from '../conditions/conditions.ts';
import type { EventInput } from '../observe/events.ts';
import { currentRun } from '../observe/run.ts';
import { NotReadyError } from '../outcome.ts';
import { referenceCause } from './change-cause.ts';
import { ChangeEmitter } from './change-emitter.ts';
import { tookBack } from './took-back.ts';
import type { WriteNews } from './write-news.ts';

/** The status fields that many kinds share; the default type of a status nobody described further. */
export type WellKnownStatus = {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
};

/** The shape assumed when none is given. */
export type WellKnownResource = { readonly spec?: unknown; readonly status?: WellKnownStatus };

/** A field of a shape, which an object need not have; what its reader has not described is `unknown`. */
type FieldOf<T, Name extends string> = T extends { readonly [N in Name]?: infer Value } ? Value | undefined : unknown;

/** What a resource handle is made of. */
export type ResourceOptions = {
  readonly ref: ObjectRef;
  readonly informer: Informer;
  /** Lets go of the informer. */
  readonly release: () => void;
  readonly gateway: WriteGateway;
  /** Tells of the writes of other objects of this operator. */
  readonly news?: WriteNews;
  /** The object on whose behalf is written. */
  readonly owner: () => Owner;
  /** Aborted when the run that writes is to end. */
  readonly signal: () => AbortSignal;
  /** Tells in an event of the owner what has happened. */
  readonly record?: ((event: EventInput) => void) | undefined;
};

/**
 * A handle on one object, present or not: reads come from the cache, writes go through the gateway, and `changed`
 * tells when the object appears, changes or goes, or its kind does.
 */
export class Resource<T extends object = WellKnownResource> extends ChangeEmitter {
  protected readonly options: ResourceOptions;
  readonly #key: string;
  readonly #unsubscribe: () => void;
  readonly #ignoreWrites: (() => void) | undefined;

  constructor(options: ResourceOptions) {
    super();
    this.options = options;
    this.#key = keyFor(options.ref.name, options.ref.namespace);
    this.#unsubscribe = options.informer.subscribeKey(this.#key, (change) => {
      if (change.previous && !change.current) {
        options.gateway.forget(change.previous);
      }
      this.emitChanged(referenceCause(options.ref, change));
    });
    const reader = () => ({ kind: options.owner().kind, key: keyFor(options.owner().name, options.owner().namespace) });
    this.#ignoreWrites = options.news?.onWrite(options.ref, reader, (written) => {
      this.emitChanged(referenceCause(options.ref, written));
    });
  }

  get apiVersion(): string {
    return this.options.ref.apiVersion;
  }

  get kind(): string {
    return this.options.ref.kind;
  }

  get name(): string {
    return this.options.ref.name;
  }

  get namespace(): string | undefined {
    return this.options.ref.namespace;
  }

  /** The object as the cache has it; includes our own writes. */
  get manifest(): (KubeObject & T) | undefined {
    currentRun()?.looked(this.options.ref);
    return this.options.informer.get(this.#key) as (KubeObject & T) | undefined; // as the caller declared it
  }

  get exists(): boolean {
    return this.manifest !== undefined;
  }

  get metadata(): ObjectMeta | undefined {
    return this.manifest?.metadata;
  }

  /** The spec, typed as the caller declared it: the cast is the caller's promise about the kind. */
  get spec(): FieldOf<T, 'spec'> {
    return this.manifest?.spec as FieldOf<T, 'spec'>;
  }

  /** The status, typed as the caller declared it. */
  get status(): FieldOf<T, 'status'> {
    return this.manifest?.status as FieldOf<T, 'status'>;
  }

  /** An owner reference to this object. @throws Error when it does not exist. */
  get ref(): OwnerReference {
    const { manifest } = this;
    if (!manifest) {
      throw new Error(`${describeRef(this.options.ref)} does not exist, so nothing can be owned by it`);
    }
    return ownerReferenceTo(manifest);
  }

  /**
   * Resolves when the cache knows whether the object exists. Rejects with ApiError 403 when we have not got the right to
   * know, and with TransportError when it takes too long.
   */
  get synced(): Promise<void> {
    return this.options.informer.ready();
  }

  /** Whether the API server serves the kind. While it does not, nothing of it exists and {@link patch} has to wait. */
  get served(): boolean {
    return this.freshness.served;
  }

  /** How far the cache can be believed now. */
  get freshness(): Freshness {
    return this.options.informer.freshness;
  }

  /**
   * Makes the object have the fields of the manifest. Sends nothing when it has them already, whatever the server
   * added of its own; fields patched earlier and left out now are removed.
   * @throws OwnershipError when the object is somebody else's; RefusedError when the server will not have it;
   *   UnknownKindError when its kind is not served; NotReadyError when its namespace is not watched, so that nobody could
   *   tell what becomes of it.
   */
  async patch(manifest: Manifest): Promise<WriteResult> {
    this.assertNamesThis(manifest);
    this.assertWatched();
    return await this.options.gateway.apply(manifest, this.applyOptions(this.manifest));
  }

  /** Stops listening; the handle can still be read. */
  dispose(): void {
    this.#unsubscribe();
    this.#ignoreWrites?.();
    this.removeListeners();
    this.options.release();
  }

  /** @throws NotReadyError when the object's namespace is not watched. */
  protected assertWatched(): void {
    const { informer, ref } = this.options;
    if (!informer.covers(ref.namespace)) {
      const message = `${describeRef(ref)} is in a namespace that Hearth does not watch`;
      throw new NotReadyError('NamespaceNotWatched', message);
    }
  }

  /** How writes of this handle are made: for the owner, who is told when somebody else had written to what is ours. */
  protected applyOptions(live: KubeObject | undefined): ApplyOptions {
    const { owner, signal, record, ref } = this.options;
    return {
      live,
      owner: owner(),
      signal: signal(),
      onTakenBack: (conflicts) => record?.(tookBack(ref, conflicts)),
    };
  }

  /** @throws Error when the manifest is of another object: a slip of the author's. */
  protected assertNamesThis(manifest: Manifest): void {
    const given = refIn(manifest);
    if (describeRef(given) !== describeRef(this.options.ref) || given.apiVersion !== this.apiVersion) {
      throw new Error(`A manifest of ${describeRef(given)} cannot be patched into ${describeRef(this.options.ref)}`);
    }
  }
}

/** The owner reference by which a child says whose it is; the garbage collector deletes it with its owner. */
export function ownerReferenceTo({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
