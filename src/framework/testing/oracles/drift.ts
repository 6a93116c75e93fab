import { ANNOTATION_DOMAIN, KEPT_FOR_ANNOTATION } from '../../api/field-manager.ts';
import type { KubeObject } from '../../api/object.ts';
import { type OwnedField, ownedFieldsOf } from '../owned-fields.ts';
import type { Trial } from '../trial.ts';
import { type Baseline, reachEnd } from './baseline.ts';

/** One step of a JSON Patch. */
type Change = { readonly op: 'replace' | 'remove'; readonly path: string; readonly value?: unknown };

/** Whose a Secret is: who writes another name there hands it over, and we are to let go of it. */
const CLAIMS = [`/f:metadata/f:annotations/f:${KEPT_FOR_ANNOTATION}`];

/**
 * Every field that we own is brought back when somebody changes it or takes it away, as far as the server lets them:
 * what it refuses nobody can do. Of a made-up value only its presence is asked, for another one is as good.
 */
export async function repairsDrift(trial: Trial, { madeUp }: Baseline): Promise<void> {
  const { unrepaired = [] } = trial.options;
  const run = await reachEnd(trial);
  const children = await trial.children();
  const drifts = [...children].flatMap(([path, child]) =>
    ownedFieldsOf(child)
      .filter(({ id }) => !unrepaired.some(({ fields }) => id.startsWith(fields)))
      .flatMap((field) => changesOf(field).map((change) => ({ path, field, change }))),
  );
  let tried = 0;
  for (const each of drifts) {
    const happened = await isRepaired(trial, each, madeUp);
    tried += happened ? 1 : 0;
  }
  await trial.rest(run);
  if (children.size > 0 && tried === 0) {
    throw new Error('no field of any child could be changed, so nothing was tried');
  }
}

/** A change that somebody makes to a field of ours. */
export type Drift = { readonly path: string; readonly field: OwnedField; readonly change: Change };

/** What somebody may do to a field. The server says which of it is possible. */
export function changesOf({ id, pointer, value, isIdentity }: OwnedField): Change[] {
  const isFixed = isIdentity || CLAIMS.includes(id);
  const others = isFixed ? [] : otherValues(value);
  return [
    ...others.slice(0, 1).map((other) => ({ op: 'replace', path: pointer, value: other }) as const),
    { op: 'remove', path: pointer },
  ];
}

function otherValues(value: unknown): unknown[] {
  switch (typeof value) {
    case 'string':
      return [Buffer.from(`${value}:changed`).toString('base64url').slice(0, 60)];
    case 'number':
      return [value + 1];
    case 'boolean':
      return [!value];
    default:
      return [];
  }
}

/** Makes the change if the server lets one. @returns the field as it was just before, or `undefined` when it was refused. */
export async function drift(trial: Trial, { path, field: { id }, change }: Drift): Promise<OwnedField | undefined> {
  const contentType = 'application/json-patch+json';
  const before = fieldIn(await trial.admin.find(path), id);
  if (!before) {
    return undefined;
  }
  const patch = [{ ...change, path: before.pointer }]; // an item may have moved since its change was thought of
  const tried = await trial.admin.tryPatch(path, patch, { contentType, dryRun: true });
  if (!tried || fieldIn(tried, id)?.value === before.value) {
    return undefined;
  }
  await trial.admin.patch(path, patch, { contentType });
  return before;
}

async function isRepaired(trial: Trial, each: Drift, madeUp: ReadonlySet<string>): Promise<boolean> {
  const { path, field, change } = each;
  const before = await drift(trial, each);
  if (!before) {
    return false;
  }
  // A mark of ours tells of other fields: it is never as good with another value.
  const isFree = madeUp.has(path + field.id) && !field.id.includes(`f:${ANNOTATION_DOMAIN}/`);
  await trial.wait(`somebody did ${change.op} ${field.id} of ${path}, and it is repaired`, async () => {
    const found = fieldIn(await trial.admin.find(path), field.id);
    const isBack = found !== undefined && (isFree || isSame(found.value, before.value));
    return isBack ? undefined : 'the field is not as it was and ours';
  });
  return true;
}

function fieldIn(object: KubeObject | undefined, id: string): OwnedField | undefined {
  return object && ownedFieldsOf(object).find((field) => field.id === id);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
