import { isNotFound } from './errors.ts';
import { joinApiVersion, keyFor, type ObjectRef, splitApiVersion } from './object.ts';
import type { Transport } from './transport.ts';

/** Where a kind lives on the API server. */
export type ResourceType = {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
};

type ResourceList = {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
};

/** The API server does not serve a kind (yet): its CRD is not installed, or its name is misspelt. */
export class UnknownKindError extends Error {
  override readonly name = 'UnknownKindError';
}

/** The path of a kind's collection, in one namespace or in all. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? ['', 'api'] : ['', 'apis', type.group];
  const scope = type.namespaced && namespace ? ['namespaces', encodeURIComponent(namespace)] : [];
  // Joined at once: the journal keeps paths, and a chain of joints takes more memory than the text.
  return [...root, type.version, ...scope, type.plural].join('/');
}

/** The path of one object, or of one of its subresources. */
export function objectPath(type: ResourceType, ref: { name: string; namespace?: string | undefined }): string {
  return `${collectionPath(type, ref.namespace)}/${encodeURIComponent(ref.name)}`;
}

/** Identifies a kind: `apps/v1/Deployment`. */
export function typeKey(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): string {
  return keyFor(ref.kind, ref.apiVersion);
}

/** How long the news that a kind is missing is believed: however many ask, the server is asked once in that time. */
const MISSING_TTL_MS = 3_000;

/** Finds where kinds live. Answers are kept; a kind that was missing is asked for again after a while. */
export class Discovery {
  readonly #transport: Transport;
  readonly #known = new Map<string, ResourceType>();
  /** When each apiVersion was last asked for. */
  readonly #asked = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Tells what is known without asking, such as a kind of our own. */
  register(type: ResourceType): void {
    this.#known.set(typeKey({ apiVersion: joinApiVersion(type.group, type.version), kind: type.kind }), type);
  }

  /**
   * Where the kind lives.
   * @throws UnknownKindError when the server does not serve it; ApiError or TransportError when it cannot be asked.
   */
  async resolve(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): Promise<ResourceType> {
    const key = typeKey(ref);
    const asked = this.#asked.get(ref.apiVersion) ?? Number.NEGATIVE_INFINITY;
    if (!this.#known.has(key) && performance.now() - asked > MISSING_TTL_MS) {
      await this.#load(ref.apiVersion);
    }
    const type = this.#known.get(key);
    if (!type) {
      throw new UnknownKindError(
        `The API server does not serve ${ref.kind} of ${ref.apiVersion}: is its CRD installed?`,
      );
    }
    return type;
  }

  /** Forgets where a kind lives: the server answered that there is nothing. */
  forget(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): void {
    this.#known.delete(typeKey(ref));
  }

  /** Asks once, however many want to know. */
  async #load(apiVersion: string): Promise<void> {
    const load =
      this.#running.get(apiVersion) ?? this.#fetch(apiVersion).finally(() => this.#running.delete(apiVersion));
    this.#running.set(apiVersion, load);
    await load;
  }

  async #fetch(apiVersion: string): Promise<void> {
    const { group, version } = splitApiVersion(apiVersion);
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const list = await this.#transport.request<ResourceList>({ path }).catch((error: unknown) => {
      if (isNotFound(error)) {
        return { resources: [] };
      }
      throw error;
    });
    this.#asked.set(apiVersion, performance.now());
    for (const { name, kind, namespaced } of list.resources) {
      if (!name.includes('/')) {
        this.register({ group, version, kind, plural: name, namespaced });
      }
    }
  }
}
