import { describeConflicts, type FieldConflict } from '../api/field-conflict.ts';
import { describeRef, type ObjectRef } from '../api/object.ts';
import type { EventInput } from '../observe/events.ts';

/** Tells that somebody else had written to an object of ours, and that these fields are as we want them again. */
export function tookBack(ref: ObjectRef, conflicts: readonly FieldConflict[]): EventInput {
  const note = `Took fields of ${describeRef(ref)} back from ${describeConflicts(conflicts)}`;
  return { type: 'Normal', reason: 'TookBack', note };
}
