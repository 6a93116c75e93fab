import type { KubeConfig } from '@kubernetes/client-node';
import { collectionPath, Discovery } from '../api/discovery.ts';
import { ApiError, isNotFound } from '../api/errors.ts';
import type { KubeObject, Manifest } from '../api/object.ts';
import { Transport } from '../api/transport.ts';
import type { Grant } from './rights.ts';

/**
 * The real control plane as the conformance kit needs it: one namespace, an administrator, and a ServiceAccount for the
 * operator that has the rights under test and that nobody else uses.
 */
export type ConformanceCluster = {
  readonly namespace: string;
  /** The administrator's login. */
  readonly admin: KubeConfig;
  /** The login of the operator under test. */
  readonly operator: KubeConfig;
  /** What the server has allowed and refused the operator so far, by its audit log. */
  readonly grants: () => readonly Grant[];
};

/** What lies outside the cluster and is made by the kind under test. */
export type OutsideWorld = {
  /** Everything in it, by name; values tell how it is. Empty when nothing is left. */
  readonly list: () => Promise<Readonly<Record<string, unknown>>>;
  /** Removes everything, whoever made it: tests start from nothing. */
  readonly wipe: () => Promise<void>;
};

/** The name under which the server records which fields a test wrote. */
const FOREIGN_MANAGER = 'somebody-else';

const MERGE_PATCH = 'application/merge-patch+json';

/** How a change is sent. */
export type PatchOptions = { readonly contentType?: string; readonly dryRun?: boolean };

/** The administrator: reads and writes past the operator, as a person or another tool does. */
export class Admin {
  readonly #transport: Transport;

  constructor(kubeConfig: KubeConfig) {
    this.#transport = new Transport(kubeConfig, { userAgent: FOREIGN_MANAGER });
  }

  /** The object at a path, or `undefined` when there is none. */
  async find(path: string): Promise<KubeObject | undefined> {
    return await orUndefined(this.#transport.request<KubeObject>({ path }), isNotFound);
  }

  /** The objects at a path, and the version of the list. */
  async list(path: string): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }> {
    type List = { readonly items: readonly KubeObject[]; readonly metadata: { readonly resourceVersion: string } };
    const { items, metadata } = await this.#transport.request<List>({ path });
    return { items, resourceVersion: metadata.resourceVersion };
  }

  async create(collection: string, manifest: Manifest): Promise<KubeObject> {
    return await this.#transport.request({ method: 'POST', path: collection, body: manifest });
  }

  /** Creates an object of any kind that the server serves, in a namespace if its kind has them. @returns its path. */
  async createIn(namespace: string, manifest: Manifest): Promise<string> {
    const collection = collectionPath(await new Discovery(this.#transport).resolve(manifest), namespace);
    await this.create(collection, manifest);
    return `${collection}/${manifest.metadata.name}`;
  }

  async patch(path: string, body: unknown, options: PatchOptions = {}): Promise<KubeObject> {
    const { contentType = MERGE_PATCH, dryRun = false } = options;
    const query = { fieldManager: FOREIGN_MANAGER, dryRun: dryRun ? 'All' : undefined };
    return await this.#transport.request({ method: 'PATCH', path, query, body, contentType });
  }

  /** As {@link patch}. @returns `undefined` when the server refuses. */
  async tryPatch(path: string, body: unknown, options: PatchOptions = {}): Promise<KubeObject | undefined> {
    return await orUndefined(this.patch(path, body, options), (error) => error instanceof ApiError);
  }

  /** Asks for a deletion; what is gone already is fine. */
  async delete(path: string): Promise<void> {
    await orUndefined(this.#transport.request({ method: 'DELETE', path }), isNotFound);
  }

  close(): void {
    this.#transport.close();
  }
}

async function orUndefined<T>(work: Promise<T>, isFine: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isFine(error)) {
      return undefined;
    }
    throw error;
  }
}
