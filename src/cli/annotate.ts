import { isNotFound, type KubeObject } from '../framework/framework.ts';
import type { Cluster } from './cluster.ts';
import type { Target } from './kinds.ts';
import { missing, pathOf } from './objects.ts';

/** Sets an annotation of an object, or takes it away. @throws Error when the object is not there. */
export async function annotate(
  cluster: Cluster,
  target: Target,
  annotation: readonly [name: string, value: string | null],
): Promise<KubeObject> {
  const [name, value] = annotation;
  try {
    return await cluster.transport.request<KubeObject>({
      method: 'PATCH',
      path: pathOf(cluster, target),
      contentType: 'application/merge-patch+json',
      query: { fieldManager: 'hearth-cli' },
      body: { metadata: { annotations: { [name]: value } } },
    });
  } catch (error) {
    return isNotFound(error) ? missing(cluster, target) : Promise.reject(error);
  }
}
