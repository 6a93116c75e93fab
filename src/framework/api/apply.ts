import { digestOf } from './digest.ts';
import { type Discovery, objectPath, typeKey } from './discovery.ts';
import { APPLIED_ANNOTATION, FIELD_MANAGER, withManager } from './field-manager.ts';
import { type KubeObject, keyFor, type Manifest, type ObjectRef } from './object.ts';
import { assertMayWrite, coversFields, type OwnershipRules, ownedFields } from './ownership.ts';
import type { ApiRequest, Transport } from './transport.ts';

/** What a write came to. */
export type WriteResult = 'created' | 'updated' | 'unchanged';

export type ApplyOptions = OwnershipRules & {
  /** The object as it is now, from the cache or a read; `undefined` when it does not exist. */
  readonly live: KubeObject | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type GatewayOptions = {
  readonly transport: Transport;
  readonly discovery: Discovery;
  /** Told of every object the server returns to a write, so that the next read sees it. */
  readonly onWrite: (object: KubeObject) => void;
  /** Told of every write that was asked for, for metrics. */
  readonly onResult?: (kind: string, result: WriteResult) => void;
};

/** What the server answered to our last apply of an object. */
type Baseline = { readonly uid: string; readonly digest: string; readonly fields: string };

const APPLY_TYPE = 'application/apply-patch+yaml';
const JSON_PATCH_TYPE = 'application/json-patch+json';

/**
 * The one way to write. Objects are written by server-side apply under one field manager, and only when that would
 * change something, which is decided here without a request: what we want is what we applied last (by digest), and
 * the server still records every field of it as ours.
 */
export class WriteGateway {
  readonly #options: GatewayOptions;
  readonly #baselines = new Map<string, Baseline>();

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /**
   * Makes the object on the server have the fields of the manifest; fields applied earlier and left out now go away.
   * @throws OwnershipError when the object is somebody else's; ApiError and TransportError from the request.
   */
  async apply(manifest: Manifest, options: ApplyOptions): Promise<WriteResult> {
    const { live } = options;
    if (live) {
      assertMayWrite(live, options);
    }
    const digest = digestOf(manifest);
    const desired = withMarks(manifest, digest);
    if (live && this.#isUnchanged(live, desired, digest)) {
      return this.#report(manifest.kind, 'unchanged');
    }
    const applied = await this.#send(manifest, {
      method: 'PATCH',
      body: desired,
      contentType: APPLY_TYPE,
      query: { fieldManager: FIELD_MANAGER, force: true },
      signal: options.signal,
    });
    this.#remember(applied, digest);
    return this.#report(manifest.kind, live ? 'updated' : 'created');
  }

  /**
   * Applies a manifest whose content must leave no digest behind, such as a Secret's. The caller compares.
   * The write fails with a conflict when the object is not at that version.
   */
  async applyUnmarked(manifest: Manifest, options: ApplyOptions & { resourceVersion: string }): Promise<KubeObject> {
    if (options.live) {
      assertMayWrite(options.live, options);
    }
    const { resourceVersion, signal } = options;
    const metadata = { ...labelled(manifest), resourceVersion };
    const applied = await this.#send(manifest, {
      method: 'PATCH',
      body: { ...manifest, metadata },
      contentType: APPLY_TYPE,
      query: { fieldManager: FIELD_MANAGER, force: true },
      signal,
    });
    this.#report(manifest.kind, options.live ? 'updated' : 'created');
    return applied;
  }

  /** Makes the status of the very object (not of a namesake made later) what is given. */
  async applyStatus(object: KubeObject, status: unknown, signal?: AbortSignal): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid } = metadata;
    const ref = { apiVersion, kind, name, namespace };
    return await this.#send(ref, {
      subresource: 'status',
      method: 'PATCH',
      body: { apiVersion, kind, metadata: { name, namespace, uid }, status },
      contentType: APPLY_TYPE,
      query: { fieldManager: FIELD_MANAGER, force: true },
      signal,
    });
  }

  /** Replaces the finalizers of an object that are as given. @throws ApiError when they are not any more. */
  async replaceFinalizers(ref: ObjectRef, expected: readonly string[], next: readonly string[]): Promise<KubeObject> {
    const path = '/metadata/finalizers';
    const test = expected.length > 0 ? { op: 'test', path, value: expected } : { op: 'test', path, value: null };
    return await this.#send(ref, {
      method: 'PATCH',
      body: [test, { op: 'add', path, value: next }],
      contentType: JSON_PATCH_TYPE,
      query: { fieldManager: FIELD_MANAGER },
    });
  }

  async #send(
    ref: ObjectRef | Manifest,
    request: Omit<ApiRequest, 'path'> & { subresource?: string },
  ): Promise<KubeObject> {
    const { subresource, ...rest } = request;
    const type = await this.#options.discovery.resolve(ref);
    const path = objectPath(type, 'metadata' in ref ? ref.metadata : ref) + (subresource ? `/${subresource}` : '');
    const object = await this.#options.transport.request<KubeObject>({ ...rest, path });
    this.#options.onWrite(object);
    return object;
  }

  #isUnchanged(live: KubeObject, desired: Manifest, digest: string): boolean {
    const owned = ownedFields(live);
    if (!owned) {
      return false;
    }
    const baseline = this.#baselines.get(baselineKey(live));
    if (baseline?.uid === live.metadata.uid) {
      return baseline.digest === digest && baseline.fields === digestOf(owned);
    }
    const applied = live.metadata.annotations?.[APPLIED_ANNOTATION];
    return applied === digest && coversFields(owned, contentOf(desired));
  }

  #remember(applied: KubeObject, digest: string): void {
    const fields = digestOf(ownedFields(applied) ?? {});
    this.#baselines.set(baselineKey(applied), { uid: applied.metadata.uid, digest, fields });
  }

  /** Forgets what was applied to an object that is gone. */
  forget(object: KubeObject): void {
    this.#baselines.delete(baselineKey(object));
  }

  #report(kind: string, result: WriteResult): WriteResult {
    this.#options.onResult?.(kind, result);
    return result;
  }
}

function baselineKey(object: KubeObject): string {
  return `${typeKey(object)} ${keyFor(object.metadata.name, object.metadata.namespace)}`;
}

function labelled(manifest: Manifest): Manifest['metadata'] {
  return { ...manifest.metadata, labels: withManager(manifest.metadata.labels) };
}

function withMarks(manifest: Manifest, digest: string): Manifest {
  const annotations = { ...manifest.metadata.annotations, [APPLIED_ANNOTATION]: digest };
  return { ...manifest, metadata: { ...labelled(manifest), annotations } };
}

/** The part of a manifest that has owners: identity has none. */
function contentOf(manifest: Manifest): unknown {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...content } = manifest;
  const { name: _name, namespace: _namespace, ...ownedMetadata } = metadata;
  return { ...content, metadata: ownedMetadata };
}
