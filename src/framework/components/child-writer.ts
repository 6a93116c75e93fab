import { objectPath, UnknownKindError } from '../api/discovery.ts';
import { isInvalid, isNotFound } from '../api/errors.ts';
import { COMPONENT_LABEL, OWNER_LABEL } from '../api/field-manager.ts';
import { describeRef, type KubeObject, keyFor, type Manifest, type ObjectRef, refOf } from '../api/object.ts';
import { NotReadyError } from '../outcome.ts';
import { ownerReferenceTo } from '../resources/resource.ts';
import { type SecretReference, SecretService } from '../resources/secret-service.ts';
import type { Services } from '../resources/services.ts';
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
    const ref = refTo(manifest);
    const live = await this.look(ref);
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

  /** The cache knows the objects of components only: before a foreign one is overwritten, it has to be looked for. */
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

  async #apply(manifest: Manifest, live: KubeObject | undefined, { object }: ComponentSubject): Promise<void> {
    if (manifest.kind === 'Secret') {
      const secret = this.#secret(manifest.metadata).current;
      await secret?.read(); // a write is based on what was read last, and that may be of long ago
      await secret?.patch(manifest);
      return;
    }
    const { kind } = object;
    const owner = this.#services.scope?.owner() ?? { kind, ...object.metadata };
    await this.#services.runtime.gateway.apply(manifest, { live, owner, signal: this.#services.scope?.signal() });
  }

  /** Handles are kept: each listens for as long as the instance lives. */
  #secret({ name, namespace }: Manifest['metadata']): SecretReference {
    const key = keyFor(name, namespace);
    const secret = this.#secrets.get(key) ?? this.#services.get(SecretService).get({ name, namespace });
    this.#secrets.set(key, secret);
    return secret;
  }

  async #explained(error: unknown, refused: Omit<Refused, 'error'>, subject: ComponentSubject): Promise<unknown> {
    if (isNotFound(error) && error.status.details?.kind !== 'namespaces') {
      return new ApiMissingError(refused.ref, error);
    }
    return isInvalid(error) ? await this.#replacement.explain({ ...refused, error }, subject) : error;
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
function ownedManifest({ manifest, component }: Child, owner: KubeObject): Manifest {
  const { namespace, uid } = owner.metadata;
  if (namespace !== undefined && manifest.metadata.namespace !== namespace) {
    const ref = describeRef(refTo(manifest));
    throw new Error(`${ref} cannot be a part of ${describeRef(refOf(owner))}, because they share no namespace`);
  }
  const others = (manifest.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
  const labels = { ...manifest.metadata.labels, [COMPONENT_LABEL]: component.name, [OWNER_LABEL]: uid };
  return {
    ...manifest,
    metadata: { ...manifest.metadata, labels, ownerReferences: [...others, ownerReferenceTo(owner)] },
  };
}

function refTo({ apiVersion, kind, metadata: { name, namespace } }: Manifest): ObjectRef {
  return { apiVersion, kind, name, namespace };
}
