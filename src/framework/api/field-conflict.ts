import { ApiError } from './errors.ts';
import { describeRef, type ObjectRef } from './object.ts';

/** A field that we want and that somebody else has written, as the server tells it. */
export type FieldConflict = {
  /** The path, such as `spec.replicas`. */
  readonly field: string;
  readonly manager: string;
  /** Whether the other one applies, and so will ask for its value again; otherwise it wrote once. */
  readonly applies: boolean;
};

/** What the server says of one conflict; of one that only wrote, it adds the version that was used. */
const CONFLICT = /^conflict with (?<manager>"(?:[^"\\]|\\.)*")(?<rest>.*)$/s;

/**
 * The conflicts by which the server refused an apply that was not forced; none for any other error. The server tells them
 * in any order; here it is always the same, since they stand in messages.
 */
export function fieldConflictsOf(error: unknown): readonly FieldConflict[] {
  const causes = error instanceof ApiError && error.code === 409 ? (error.status.details?.causes ?? []) : [];
  const conflicts = causes.flatMap(({ reason, message = '', field = '' }) => {
    const { manager = '""', rest = '' } = CONFLICT.exec(message)?.groups ?? {};
    const name: unknown = JSON.parse(manager);
    const path = field.replace(/^\./, '');
    return reason === 'FieldManagerConflict'
      ? [{ field: path, manager: String(name), applies: !rest.includes(' using ') }]
      : [];
  });
  return conflicts.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

function placeOf({ manager, field }: FieldConflict): string {
  return JSON.stringify([manager, field]);
}

/** Conflicts in words, one part for each manager: `"argocd" (data.b, data.c)`. */
export function describeConflicts(conflicts: readonly FieldConflict[]): string {
  const fieldsOf = Map.groupBy(conflicts, ({ manager }) => manager);
  const parts = [...fieldsOf].map(([manager, own]) => `"${manager}" (${own.map(({ field }) => field).join(', ')})`);
  return parts.join(' and ');
}

/** Somebody else keeps applying fields of an object that we share. */
export class FieldConflictError extends Error {
  override readonly name = 'FieldConflictError';

  constructor(ref: ObjectRef, conflicts: readonly FieldConflict[], options?: ErrorOptions) {
    const remedy = 'take these fields out of what it applies, or take adopt back';
    super(`${describeRef(ref)} is applied by ${describeConflicts(conflicts)} too: ${remedy}`, options);
  }
}
