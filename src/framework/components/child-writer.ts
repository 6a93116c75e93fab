import { objectPath, UnknownKindError } from '../api/discovery.ts';
import { isNotFound } from '../api/errors.ts';
import type { FieldConflict } from '../api/field-conflict.ts';
import { COMPONENT_LABEL, OWNER_LABEL } from '../api/field-manager.ts';
import { describeRef, type KubeObject, keyFor, type Manifest, type ObjectRef, refIn, refOf } from '../api/object.ts';
import { RefusedError } from '../api/refusal.ts';
import { NotReadyError } from '../outcome.ts';
import { ownerReferenceTo } from '../resources/resource.ts';
import { type SecretReference, SecretService } from '../resources/secret-service.ts';
import type { Services } from '../resources/services.ts';
import { tookBack } from '../resources/took-back.ts';
import type { Component } from './component.ts';
import type { ComponentSubject } from './component-subject.ts';
import { controllerOf, OwnedObjects } from './owned-objects.ts';
import { type Refused, Replacement } from './replacement.ts';

/** One object of a component. */
export type Child = {
  readonly manifest: Manifest;
  readonly component: Pick<Component<never>, 'name' | 'replace'>;
};

/** A manifest needs a kind that the cluster lacks. */
export class ApiMissingError extends NotReadyError {
  readonly kind: Pick<ObjectRef, 'apiVersion' | 'kind'>;

  constructor({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>, cause: unknown) {
    super('ApiMissing', `the API ${apiVersion} ${kind} is not installed in this cluster`, { cause });
    this.kind = { apiVersion, kind };
  }
}

/** Brings the objects of components in line, one by one. */
export class ChildWriter {
  readonly #services: Services;
  readonly #owned: OwnedObjects;
  readonly #replacement: Replacement;
  readonly #secrets = new Map<string, SecretReference>();

  constructor(services: Services) {
    this.#services = services;
    this.#owned = services.get(OwnedObjects);
    this.#replacement = services.get(Replacement);
  }

  /**
   * Makes the object be as its manifest says, and ours.
   * @returns the object as it is now.
   * @throws NotReadyError while that has to wait, OwnershipError when it is somebody else's, InvalidSpecError when the
   *   server does not let it be changed, ApiError and TransportError otherwise.
   */
  async write(child: Child, subject: ComponentSubject): Promise<KubeObject> {
    const { object: owner } = subject;
    const manifest = ownedManifest(child, owner);
    const ref = refIn(manifest);
    const live = this.#owned.kind(ref).get(keyFor(ref.name, ref.namespace));
    if (live?.metadata.deletionTimestamp && controllerOf(live) === owner.metadata.uid) {
      throw new NotReadyError('Terminating', `${describeRef(ref)} is being deleted, and is made anew when it is gone`);
    }
    try {
      await this.#apply(manifest, live, subject);
    } catch (error) {
      throw await this.#explained(error, { ref, live, manifest, component: child.component }, subject);
    }
    return this.#written(ref);
  }

  /** The cache knows the objects of components only; the gateway finds a foreign one when it is in the way. */
  async #apply(manifest: Manifest, live: KubeObject | undefined, subject: ComponentSubject): Promise<void> {
    if (manifest.kind === 'Secret') {
      const secret = this.#secret(manifest.metadata).current;
      await secret?.read(); // a write is based on what was read last, and that may be of long ago
      await secret?.patch(manifest);
      return;
    }
    const { kind, metadata } = subject.object;
    const { runtime, scope } = this.#services;
    const owner = scope?.owner() ?? { kind, ...metadata };
    const onTakenBack = (conflicts: readonly FieldConflict[]) => subject.record(tookBack(refIn(manifest), conflicts));
    await runtime.gateway.apply(manifest, { live, owner, signal: scope?.signal(), onTakenBack });
  }

  /** An object as it is, also one that no component has made: the cache knows only theirs. */
  async look(ref: ObjectRef): Promise<KubeObject | undefined> {
    const known = this.#owned.kind(ref).get(keyFor(ref.name, ref.namespace));
    if (known || ref.kind === 'Secret') {
      return known;
    }
    const { discovery, transport } = this.#services.runtime;
    const signal = this.#services.scope?.signal();
    try {
      const path = objectPath(await discovery.resolve(ref), ref);
      return await transport.request<KubeObject>({ path, signal });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error instanceof UnknownKindError ? new ApiMissingError(ref, error) : error;
    }
  }

  /** Handles are kept: each listens for as long as the instance lives. */
  #secret({ name, namespace }: Manifest['metadata']): SecretReference {
    const key = keyFor(name, namespace);
    const secret = this.#secrets.get(key) ?? this.#services.get(SecretService).get({ name, namespace });
    this.#secrets.set(key, secret);
    return secret;
  }

  async #explained(error: unknown, refused: Omit<Refused, 'error'>, subject: ComponentSubject): Promise<unknown> {
    const isMissing = isNotFound(error) && error.status.details?.kind !== 'namespaces';
    if (isMissing || error instanceof UnknownKindError) {
      return new ApiMissingError(refused.ref, error);
    }
    return error instanceof RefusedError ? await this.#replacement.explain({ ...refused, error }, subject) : error;
  }

  #written(ref: ObjectRef): KubeObject {
    const owned = this.#owned.kind(ref);
    const key = keyFor(ref.name, ref.namespace);
    owned.note(key);
    const object = owned.get(key);
    if (!object) {
      // The news of its deletion came before the answer to our write, and has asked for another run.
      throw new NotReadyError('Deleted', `${describeRef(ref)} was deleted by somebody else`);
    }
    return object;
  }
}

/** The manifest with what says whose it is. @throws Error when the owner cannot own it: a slip of the author's. */
export function ownedManifest({ manifest, component }: Child, owner: KubeObject): Manifest {
  const { namespace, uid } = owner.metadata;
  if (namespace !== undefined && manifest.metadata.namespace !== namespace) {
    const ref = describeRef(refIn(manifest));
    throw new Error(`${ref} cannot be a part of ${describeRef(refOf(owner))}, because they share no namespace`);
  }
  const others = (manifest.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
  const labels = { ...manifest.metadata.labels, [COMPONENT_LABEL]: component.name, [OWNER_LABEL]: uid };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, labels, ownerReferences: [...others, ownerReferenceTo(owner)] },
  };
}
