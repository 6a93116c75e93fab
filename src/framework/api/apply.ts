import { Baselines } from './baselines.ts';
import { digestOf } from './digest.ts';
import { collectionPath, type Discovery, objectPath } from './discovery.ts';
import { isConflict } from './errors.ts';
import { type FieldConflict, fieldConflictsOf } from './field-conflict.ts';
import { FIELD_MANAGER } from './field-manager.ts';
import { reduceManagedFields } from './field-sets.ts';
import { labelled, marked } from './marks.ts';
import { type KubeObject, type Manifest, type ObjectRef, refIn, refOf } from './object.ts';
import { assertMayForce, assertMayWrite, type OwnershipRules, ownedEntry } from './ownership.ts';
import { explainRefusal } from './refusal.ts';
import type { ApiRequest, Transport } from './transport.ts';

/** What a write came to. */
export type WriteResult = 'created' | 'updated' | 'unchanged';

/** What becomes of the objects that a deleted one owns, in the API server's words. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export type ApplyOptions = OwnershipRules & {
  /** The object as it is now, from the cache or a read; `undefined` when it does not exist. */
  readonly live: KubeObject | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of the fields that somebody else had written and that are ours again. */
  readonly onTakenBack?: ((conflicts: readonly FieldConflict[]) => void) | undefined;
};

export type GatewayOptions = {
  readonly transport: Transport;
  readonly discovery: Discovery;
  /** Told of every object the server returns to a write, so that the next read sees it. */
  readonly onWrite: (object: KubeObject, write: Write) => void;
  /** Told that a write of an object begins; what it returns is called when its answer was taken, or when there is none. */
  readonly onBegin?: (ref: ObjectRef) => () => void;
  /** The object as the cache has it, to tell what a write has changed. */
  readonly lookUp?: (ref: ObjectRef) => KubeObject | undefined;
  /** Told of every write that was asked for, for metrics. */
  readonly onResult?: (manifest: Manifest, result: WriteResult | 'deleted') => void;
};

/** A write that was answered: what was there when it was sent, and what was sent. */
export type Write = { readonly before: KubeObject | undefined; readonly sent: unknown };

/** A write on its way to the server. */
export type OutgoingWrite = {
  readonly ref: ObjectRef;
  readonly path: string;
  readonly subresource: '' | 'status';
  readonly request: Omit<ApiRequest, 'path'>;
};

/** Makes an apply fail unless the object is the one that was looked at. */
type Guard = { readonly uid?: string; readonly resourceVersion?: string };

const APPLY_TYPE = 'application/apply-patch+yaml';
const JSON_PATCH_TYPE = 'application/json-patch+json';

/**
 * The version that no object has: the store's own first entry. An apply that asks for it creates what is missing, and
 * fails with a conflict when anything of that name exists, whether a cache knows of it or not.
 */
const ABSENT: Guard = { resourceVersion: '1' };

/**
 * The one way to write. Objects are written by server-side apply under one field manager, and only when that would
 * change something, which is decided here without a request: what we want is what we applied last (by digest), and
 * the server still records every field of it as ours.
 *
 * No write can hit another object than the one that was judged: a creation fails when one exists, a change names the UID.
 */
export class WriteGateway {
  protected readonly options: GatewayOptions;
  readonly #baselines = new Baselines();

  constructor(options: GatewayOptions) {
    this.options = options;
  }

  /**
   * Makes the object on the server have the fields of the manifest; fields applied earlier and left out now go away.
   * @throws OwnershipError when the object is somebody else's; FieldConflictError when somebody else keeps applying to
   *   an object that we share; RefusedError when the server will not have it; ApiError and TransportError otherwise.
   */
  async apply(manifest: Manifest, options: ApplyOptions): Promise<WriteResult> {
    const digest = digestOf(manifest);
    const desired = marked(manifest, digest);
    const { object, isNew } = options.live
      ? { object: options.live, isNew: false }
      : await this.#createOrFind(desired, options);
    if (isNew) {
      this.#baselines.remember(object, digest);
      return this.#report(manifest, 'created');
    }
    assertMayWrite(object, options);
    if (this.#baselines.isUnchanged(object, desired, digest)) {
      return this.#report(manifest, 'unchanged');
    }
    this.#baselines.remember(await this.#change(desired, { ...options, live: object }), digest);
    return this.#report(manifest, 'updated');
  }

  /**
   * Applies a manifest whose content must leave no digest behind, such as a Secret's. The caller compares, and nothing
   * that was written since it read `live` is lost.
   * @throws ApiError 409 when the object is not as given, or exists although none was given; and as {@link apply} does.
   */
  async applyUnmarked(manifest: Manifest, options: ApplyOptions): Promise<KubeObject> {
    const { live } = options;
    const desired = labelled(manifest);
    if (live) {
      assertMayWrite(live, options);
    }
    const guard = live ? { resourceVersion: live.metadata.resourceVersion } : ABSENT;
    const applied = await this.#send(desired, { ...options, guard });
    this.#report(manifest, live ? 'updated' : 'created');
    return applied;
  }

  /** Makes the status of the very object (not of a namesake made later) what is given. */
  async applyStatus(object: KubeObject, status: unknown, signal?: AbortSignal): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid } = metadata;
    const body = { apiVersion, kind, metadata: { name, namespace, uid }, status };
    return await this.#deliver(
      { apiVersion, kind, name, namespace },
      { method: 'PATCH', body, contentType: APPLY_TYPE, query: { fieldManager: FIELD_MANAGER, force: true }, signal },
      'status',
    );
  }

  /** Replaces the finalizers of an object that are as given. @throws ApiError when they are not any more. */
  async replaceFinalizers(ref: ObjectRef, expected: readonly string[], next: readonly string[]): Promise<KubeObject> {
    const path = '/metadata/finalizers';
    const test = { op: 'test', path, value: expected.length > 0 ? expected : null };
    return await this.#deliver(ref, {
      method: 'PATCH',
      body: [test, { op: 'add', path, value: next }],
      contentType: JSON_PATCH_TYPE,
      query: { fieldManager: FIELD_MANAGER },
    });
  }

  /**
   * Deletes this very object, not a namesake made since; when something holds it up, the next read sees that it is going.
   * @throws ApiError 404 or 409 when it is not there any more.
   */
  async delete(object: KubeObject, propagation: Propagation, signal?: AbortSignal): Promise<void> {
    const ref = refOf(object);
    const path = objectPath(await this.options.discovery.resolve(ref), ref);
    const body = { preconditions: { uid: object.metadata.uid }, propagationPolicy: propagation };
    await this.sendDeletion(object, { method: 'DELETE', path, body, signal });
    this.options.onResult?.(object, 'deleted');
  }

  /** Forgets what was applied to an object that is gone. */
  forget(object: KubeObject): void {
    this.#baselines.forget(object);
  }

  /** Sends a write, and shows the answer to the next read. */
  protected async send({ ref, path, request }: OutgoingWrite): Promise<KubeObject> {
    const { lookUp, onBegin, transport, onWrite } = this.options;
    const before = lookUp?.(ref);
    const end = onBegin?.(ref);
    try {
      const object = reduceManagedFields(await transport.request<KubeObject>({ ...request, path }));
      onWrite(object, { before, sent: request.body });
      return object;
    } finally {
      end?.();
    }
  }

  /** Sends a deletion. The server answers with the object while that waits for something, else only that it is gone. */
  protected async sendDeletion(object: KubeObject, request: ApiRequest): Promise<void> {
    const answer = await this.options.transport.request<KubeObject>(request);
    if (answer.kind === object.kind) {
      this.options.onWrite(answer, { before: object, sent: request.body });
    }
  }

  /** Makes an object. When there is one that the cache does not have (yet), it is read and left alone. */
  async #createOrFind(desired: Manifest, options: ApplyOptions): Promise<{ object: KubeObject; isNew: boolean }> {
    try {
      return { object: await this.#send(desired, { ...options, guard: ABSENT }), isNew: true };
    } catch (error) {
      const found = isConflict(error) ? await this.#find(refIn(desired), options.signal) : undefined;
      if (!found) {
        throw error;
      }
      return { object: found, isNew: false };
    }
  }

  /** Reads an object by a list, since every kind that is written may be listed: it is watched. */
  async #find(ref: ObjectRef, signal: AbortSignal | undefined): Promise<KubeObject | undefined> {
    const path = collectionPath(await this.options.discovery.resolve(ref), ref.namespace);
    const query = { fieldSelector: `metadata.name=${ref.name}` };
    const list = await this.options.transport.request<{ items: KubeObject[] }>({ path, query, signal });
    const [found] = list.items;
    return found && { ...found, apiVersion: ref.apiVersion, kind: ref.kind };
  }

  /** What we never applied may change hands while we look, so it has to be at the very version that was judged. */
  async #change(desired: Manifest, options: ApplyOptions & { readonly live: KubeObject }): Promise<KubeObject> {
    const { uid, resourceVersion } = options.live.metadata;
    const guard = ownedEntry(options.live) ? { uid } : { uid, resourceVersion };
    return await this.#send(desired, { ...options, guard });
  }

  /** Sends an apply that takes nothing from others, and if that is refused, decides whether to take it. */
  async #send(desired: Manifest, options: ApplyOptions & { readonly guard: Guard }): Promise<KubeObject> {
    const { live, guard, signal, onTakenBack } = options;
    const body = { ...desired, metadata: { ...desired.metadata, ...guard } };
    const apply = (force: boolean) => {
      const query = { fieldManager: FIELD_MANAGER, force };
      return this.#deliver(refIn(desired), { method: 'PATCH', body, contentType: APPLY_TYPE, query, signal });
    };
    try {
      return await apply(false);
    } catch (error) {
      const conflicts = fieldConflictsOf(error);
      if (conflicts.length === 0) {
        throw explainRefusal(error, { manifest: desired, live });
      }
      assertMayForce(conflicts, options);
      const applied = await apply(true).catch((refused: unknown) => {
        throw explainRefusal(refused, { manifest: desired, live });
      });
      const others = conflicts.filter(({ manager }) => manager !== FIELD_MANAGER);
      if (others.length > 0) {
        onTakenBack?.(others);
      }
      return applied;
    }
  }

  async #deliver(
    ref: ObjectRef,
    request: Omit<ApiRequest, 'path'>,
    subresource: '' | 'status' = '',
  ): Promise<KubeObject> {
    const type = await this.options.discovery.resolve(ref);
    const path = objectPath(type, ref) + (subresource && `/${subresource}`);
    return await this.send({ ref, path, subresource, request });
  }

  #report(manifest: Manifest, result: WriteResult): WriteResult {
    this.options.onResult?.(manifest, result);
    return result;
  }
}
