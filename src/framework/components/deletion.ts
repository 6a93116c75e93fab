import type { Propagation } from '../api/apply.ts';
import { isConflict, isNotFound } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Services } from '../resources/services.ts';

/**
 * Deletes this very object, not a namesake made since. One that is gone or going already is no error.
 * @returns whether this call did it.
 */
export async function deleteObject(
  { runtime: { gateway }, scope }: Services,
  object: KubeObject,
  propagation: Propagation,
): Promise<boolean> {
  if (object.metadata.deletionTimestamp) {
    return false;
  }
  try {
    await gateway.delete(object, propagation, scope?.signal());
    return true;
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) {
      throw error;
    }
    return false;
  }
}
