import type { KubeObject } from '../api/object.ts';
import type { Services } from './services.ts';

/**
 * Tells this cluster from all others, for records that we leave in servers which several clusters may share: the UID
 * of the namespace `kube-system`, which lives as long as the cluster does.
 */
export class ClusterIdentity {
  static readonly shared = true;
  readonly #services: Services;
  #uid: string | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Asks the server once. @throws ApiError and TransportError from that request. */
  async uid(): Promise<string> {
    if (this.#uid === undefined) {
      const path = '/api/v1/namespaces/kube-system';
      const namespace = await this.#services.runtime.transport.request<KubeObject>({ path });
      this.#uid = namespace.metadata.uid;
    }
    return this.#uid;
  }
}
