import { ROTATE_ANNOTATION } from '../api/field-manager.ts';
import type { ObjectMeta } from '../api/object.ts';

/** Whether values are to be made anew, and the annotations that say on their Secret that it was done. */
export type Rotation = { readonly isDue: boolean; readonly mark: Readonly<Record<string, string>> };

/**
 * Compares what an object asks for by {@link ROTATE_ANNOTATION} with what was done last. That stands on the Secret
 * itself, so that it is written together with the new values and no crash can come in between. A Secret that does not
 * exist gets new values anyway.
 */
export function rotationOf(asking: ObjectMeta, secret: ObjectMeta | undefined): Rotation {
  const wanted = asking.annotations?.[ROTATE_ANNOTATION];
  const isDue = wanted !== undefined && secret !== undefined && secret.annotations?.[ROTATE_ANNOTATION] !== wanted;
  return { isDue, mark: wanted === undefined ? {} : { [ROTATE_ANNOTATION]: wanted } };
}
