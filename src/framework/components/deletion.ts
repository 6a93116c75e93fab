import { objectPath } from '../api/discovery.ts';
import { isConflict, isNotFound } from '../api/errors.ts';
import { type KubeObject, refOf } from '../api/object.ts';
import type { Services } from '../resources/services.ts';

/** What becomes of the objects that the deleted one owns, in the API server's words. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/**
 * Deletes this very object, not a namesake made since. One that is gone or going already is no error.
 * @returns whether this call did it.
 */
export async function deleteObject(
  { runtime: { discovery, informers, transport }, scope }: Services,
  object: KubeObject,
  propagationPolicy: Propagation,
): Promise<boolean> {
  const { uid, deletionTimestamp } = object.metadata;
  if (deletionTimestamp) {
    return false;
  }
  const path = objectPath(await discovery.resolve(refOf(object)), object.metadata);
  try {
    const body = { preconditions: { uid }, propagationPolicy };
    const answer = await transport.request<KubeObject>({ method: 'DELETE', path, body, signal: scope?.signal() });
    if (answer.kind === object.kind) {
      informers.observeWrite(answer); // it waits for something: the next run sees that it is going
    }
    return true;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) {
      throw error;
    }
    return false;
  }
}
