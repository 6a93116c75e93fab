import {
  describeConflicts,
  describeRef,
  type FieldChange,
  fieldChanges,
  type PlannedObject,
  type PlannedWrite,
} from '../framework/framework.ts';

/** A plan for people: an object with its changes, one field a line; objects without anything to tell are counted only. */
export function planText(planned: readonly PlannedObject[]): string {
  const told = planned.filter((each) => countOf(each) > 0 || each.unknown.length > 0 || each.result !== 'success');
  const changed = planned.filter((each) => countOf(each) > 0).length;
  const summary =
    changed === 0
      ? `Nothing would change (${count(planned.length, 'object')})`
      : `${count(changeCount(planned), 'change')} for ${changed} of ${count(planned.length, 'object')}`;
  return [...told.flatMap(linesOf), summary].join('\n');
}

/** How many writes and changes outside the cluster there would be. */
export function changeCount(planned: readonly PlannedObject[]): number {
  return planned.reduce((sum, each) => sum + countOf(each), 0);
}

function countOf({ writes, external }: PlannedObject): number {
  return writes.length + external.length;
}

function linesOf({ ref, writes, external, unknown, result, reason, message }: PlannedObject): string[] {
  const trouble = result === 'success' ? [] : [`  ! ${result}: ${reason}: ${message}`];
  return [
    describeRef(ref),
    ...writes.flatMap(writeLines),
    ...external.map((change) => `  ${change}`),
    ...unknown.map((what) => `  ? cannot be told: ${what}`),
    ...trouble,
    '',
  ];
}

function writeLines({ ref, before, after, takes }: PlannedWrite): string[] {
  if (after === undefined) {
    return [`  delete ${describeRef(ref)}`];
  }
  const fields = fieldChanges(before, after).map((change) => `    ${fieldLine(change)}`);
  const nothing = '    (only who owns which field)';
  return [
    `  ${before ? 'update' : 'create'} ${describeRef(ref)}`,
    ...(fields.length > 0 ? fields : [nothing]),
    ...(takes.length > 0 ? [`    taken from ${describeConflicts(takes)}`] : []),
  ];
}

function fieldLine({ path, before, after }: FieldChange): string {
  if (before === undefined) {
    return `+ ${path}: ${after}`;
  }
  return after === undefined
    ? `- ${path}: ${before}`
    : `~ ${path}: ${before === after ? `${before}, changed` : `${before} → ${after}`}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}
