import type { WriteResult } from '../api/apply.ts';
import { type Discovery, objectPath } from '../api/discovery.ts';
import { isNotFound } from '../api/errors.ts';
import type { KubeObject, Manifest, OwnerReference } from '../api/object.ts';
import { coversFields, ownedFields } from '../api/ownership.ts';
import type { Transport } from '../api/transport.ts';
import { Resource, type ResourceOptions } from './resource.ts';
import { ResourceReference } from './resource-reference.ts';
import { resourceOptions } from './resource-service.ts';
import type { Services } from './services.ts';

/** A Secret's values by key, decoded. */
export type SecretData = Readonly<Record<string, string>>;

/** A Secret as the author writes it: `data` holds the plain values and is encoded on the way out. */
export type SecretManifest = Manifest & { readonly type?: string; readonly data?: SecretData };

type SecretObject = KubeObject & { readonly type?: string; readonly data?: Readonly<Record<string, string>> };

/** What a kind wants a Secret to be. */
export type SecretContent = {
  readonly data: SecretData;
  readonly type?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
};

type SecretOptions = ResourceOptions & { readonly transport: Transport; readonly discovery: Discovery };

/**
 * A handle on one Secret. The cache holds its metadata only: {@link read} fetches the values when they changed.
 *
 * Every write names the version it is based on, so that a value somebody wrote meanwhile is never overwritten.
 */
export class SecretResource extends Resource {
  readonly #options: SecretOptions;
  #lastRead: SecretObject | undefined;

  constructor(options: SecretOptions) {
    super(options);
    this.#options = options;
  }

  /** The values, or `undefined` when the Secret does not exist. Asks the server only when the Secret has changed. */
  async read(): Promise<SecretData | undefined> {
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
   * Makes the Secret hold exactly this content of ours; keys written earlier and left out now go away.
   * @throws ApiError 409 when somebody wrote since the last {@link read}: the run is repeated; OwnershipError when the
   *   Secret is somebody else's, unless `adopt` is given.
   */
  async write(content: SecretContent, options: { adopt?: boolean } = {}): Promise<WriteResult> {
    const live = await this.#fetch();
    const manifest = this.#manifestOf(content);
    if (live && hasContent(live, manifest)) {
      return 'unchanged';
    }
    const { gateway, owner, signal } = this.#options;
    // The empty Secret is created first because only a creation fails when one exists; an apply would overwrite it.
    const base = live ?? (await gateway.create(shellOf(manifest), signal()));
    this.#lastRead = await gateway.applyUnmarked(manifest, {
      live,
      owner: owner(),
      resourceVersion: base.metadata.resourceVersion,
      signal: signal(),
      ...options,
    });
    return live ? 'updated' : 'created';
  }

  async #fetch(): Promise<SecretObject | undefined> {
    const cached = this.manifest;
    if (!cached) {
      return undefined;
    }
    const known = this.#lastRead;
    if (known && cached.metadata.resourceVersion === known.metadata.resourceVersion) {
      return known;
    }
    const { transport, discovery, ref, signal } = this.#options;
    const path = objectPath(await discovery.resolve(ref), ref);
    this.#lastRead = await transport.request<SecretObject>({ path, signal: signal() }).catch((error: unknown) => {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    });
    return this.#lastRead;
  }

  #manifestOf(content: SecretContent): SecretManifest & { metadata: Manifest['metadata'] } {
    const { data, type, ...metadata } = content;
    const { name, namespace } = this;
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, ...(namespace ? { namespace } : {}), ...metadata },
      ...(type ? { type } : {}),
      data: encode(data),
    };
  }
}

function shellOf({ data: _data, ...shell }: SecretManifest): SecretManifest {
  return shell;
}

/** Compared by value, because a digest kept on the object would let a short value be guessed. */
function hasContent(live: SecretObject, desired: SecretManifest): boolean {
  const owned = ownedFields(live);
  const { metadata, data = {} } = desired;
  const { name: _name, namespace: _namespace, ...ownMetadata } = metadata;
  const keys = Object.keys(owned?.['f:data'] ?? {}).filter((path) => path.startsWith('f:'));
  return (
    owned !== undefined &&
    coversFields(owned, { data, metadata: ownMetadata }) &&
    keys.length === Object.keys(data).length &&
    Object.entries(data).every(([key, value]) => live.data?.[key] === value) &&
    isWithin(ownMetadata, live.metadata)
  );
}

/** Whether every scalar of `part` stands in `whole` at the same place. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) {
    return part === undefined || part === whole;
  }
  if (typeof whole !== 'object' || whole === null) {
    return false;
  }
  const fields: Readonly<Record<string, unknown>> = { ...whole };
  return Object.entries(part).every(([name, value]) => isWithin(value, fields[name]));
}

function encode(data: SecretData): SecretData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
}

function decode(data: SecretData): SecretData {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
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
    const { transport, discovery } = this.#services.runtime;
    const options = resourceOptions(this.#services, { apiVersion: 'v1', kind: 'Secret', ...ref });
    const secret = new SecretResource({ ...options, transport, discovery });
    this.#services.track(secret);
    return new ResourceReference<SecretResource, SecretResource>(secret);
  }
}
