import type { WriteResult } from '../api/apply.ts';
import { type Discovery, objectPath } from '../api/discovery.ts';
import { isNotFound } from '../api/errors.ts';
import { KEPT_FOR_ANNOTATION, withManager } from '../api/field-manager.ts';
import { describeRef } from '../api/object.ts';
import { keptForMark } from '../api/ownership.ts';
import type { Transport } from '../api/transport.ts';
import { NotReadyError } from '../outcome.ts';
import { Resource, type ResourceOptions } from './resource.ts';
import { ResourceReference } from './resource-reference.ts';
import { resourceOptions } from './resource-service.ts';
import {
  decode,
  type EncodedSecret,
  encode,
  hasContent,
  type SecretBytes,
  type SecretContent,
  type SecretData,
  type SecretManifest,
  type SecretObject,
} from './secret-content.ts';
import type { Services } from './services.ts';

type SecretOptions = ResourceOptions & {
  readonly transport: Transport;
  readonly discovery: Discovery;
  /** The namespaces that are watched; all of them when empty. */
  readonly namespaces: readonly string[];
};

/** A version that no object has: an apply that names it makes an object, and fails with a conflict when there is one. */
const ABSENT = '1';

/**
 * A handle on one Secret. The cache holds its metadata only: {@link read} fetches the values when they changed.
 *
 * Every write names the version it is based on, so that a value somebody wrote meanwhile is never overwritten.
 */
export class SecretResource extends Resource {
  readonly #options: SecretOptions;
  /** What the last read or write found; writes are based on it, because the caller decided by it. */
  #basis: { readonly secret: SecretObject | undefined } | undefined;

  constructor(options: SecretOptions) {
    super(options);
    this.#options = options;
  }

  /**
   * The values, or `undefined` when the Secret does not exist. Asks the server only when the Secret has changed.
   * @throws NotReadyError when its namespace is not watched, so that nobody can tell whether it exists.
   */
  async read(): Promise<SecretData | undefined> {
    const bytes = await this.readBytes();
    return bytes && Object.fromEntries(Object.entries(bytes).map(([key, value]) => [key, value.toString()]));
  }

  /** As {@link read}, for values that need not be text. */
  async readBytes(): Promise<SecretBytes | undefined> {
    const secret = await this.#fetch();
    return secret && decode(secret.data ?? {});
  }

  /** As {@link Resource.patch}, with plain values in `data`. */
  override async patch(manifest: SecretManifest): Promise<WriteResult> {
    this.assertNamesThis(manifest);
    const { data = {}, type, metadata } = manifest;
    const { labels, annotations, ownerReferences } = metadata;
    return await this.write({
      data,
      ...(type ? { type } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
      ...(ownerReferences ? { ownerReferences } : {}),
    });
  }

  /**
   * Makes the Secret hold exactly this content of ours; keys written earlier and left out now go away. It is marked with
   * the object that it is made for, and without owner references outlives it.
   * @throws ApiError 409 when somebody wrote since the last {@link read}: the run is repeated; OwnershipError when the
   *   Secret is somebody else's, unless `adopt` is given.
   */
  async write(content: SecretContent, options: { adopt?: boolean } = {}): Promise<WriteResult> {
    const { secret: live } = this.#basis ?? { secret: await this.#fetch() };
    const manifest = this.#manifestOf(content);
    if (live && hasContent(live, manifest)) {
      return 'unchanged';
    }
    this.#basis = undefined; // whatever becomes of the write, the next one starts from a fresh read
    this.#basis = { secret: await this.#send(manifest, { live, ...options }) };
    return live ? 'updated' : 'created';
  }

  async #send(manifest: EncodedSecret, { live, adopt }: { live: SecretObject | undefined; adopt?: boolean }) {
    const { gateway, owner, signal } = this.#options;
    const resourceVersion = live?.metadata.resourceVersion ?? ABSENT;
    return await gateway.applyUnmarked(manifest, { live, adopt, owner: owner(), resourceVersion, signal: signal() });
  }

  async #fetch(): Promise<SecretObject | undefined> {
    const { namespaces, ref } = this.#options;
    if (namespaces.length > 0 && !namespaces.includes(ref.namespace ?? '')) {
      throw new NotReadyError(
        'NamespaceNotWatched',
        `${describeRef(ref)} is in a namespace that Hearth does not watch`,
      );
    }
    const version = this.manifest?.metadata.resourceVersion;
    if (version === undefined || version !== this.#basis?.secret?.metadata.resourceVersion) {
      this.#basis = { secret: version === undefined ? undefined : await this.#get() };
    }
    return this.#basis?.secret;
  }

  async #get(): Promise<SecretObject | undefined> {
    const { transport, discovery, ref, signal } = this.#options;
    const path = objectPath(await discovery.resolve(ref), ref);
    try {
      return await transport.request<SecretObject>({ path, signal: signal() });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  #manifestOf(content: SecretContent): EncodedSecret {
    const { data, type, immutable, ...metadata } = content;
    const { name, namespace } = this;
    // It says whose the Secret is before there is an owner reference, and to a later object of the same name.
    const annotations = { [KEPT_FOR_ANNOTATION]: keptForMark(this.#options.owner()), ...metadata.annotations };
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        ...(namespace ? { namespace } : {}),
        ...metadata,
        annotations,
        labels: withManager(metadata.labels),
      },
      ...(type ? { type } : {}),
      ...(immutable ? { immutable } : {}),
      data: encode(data),
    };
  }
}

/** A variable that holds a Secret. */
export type SecretReference = ResourceReference<SecretResource, SecretResource>;

/** Gives handles on Secrets. */
export class SecretService {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** A reference to a Secret, whether it exists or not. */
  get(ref: { readonly name: string; readonly namespace?: string | undefined }): SecretReference {
    const { transport, discovery, namespaces } = this.#services.runtime;
    const options = resourceOptions(this.#services, { apiVersion: 'v1', kind: 'Secret', ...ref });
    const secret = new SecretResource({ ...options, transport, discovery, namespaces });
    this.#services.track(secret);
    return new ResourceReference<SecretResource, SecretResource>(secret);
  }
}
