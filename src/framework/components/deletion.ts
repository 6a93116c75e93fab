import { objectPath } from '../api/discovery.ts';
import { isConflict, isNotFound } from '../api/errors.ts';
import { type KubeObject, refOf } from '../api/object.ts';
import type { Services } from '../resources/services.ts';

/** What becomes of the objects that the deleted one owns, in the API server's words. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** Deletes this very object, not a namesake made since. One that is gone or going already is no error. */
export async function deleteObject(
  { runtime: { discovery, transport }, scope }: Services,
  object: KubeObject,
  propagationPolicy: Propagation,
): Promise<void> {
  const { uid, deletionTimestamp } = object.metadata;
  if (deletionTimestamp) {
    return;
  }
  const path = objectPath(await discovery.resolve(refOf(object)), object.metadata);
  try {
    const body = { preconditions: { uid }, propagationPolicy };
    await transport.request({ method: 'DELETE', path, body, signal: scope?.signal() });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) {
      throw error;
    }
  }
}
