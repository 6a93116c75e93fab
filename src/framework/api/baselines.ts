import { isDeepStrictEqual } from 'node:util';
import { typeKey } from './discovery.ts';
import { APPLIED_ANNOTATION } from './field-manager.ts';
import { contentOf } from './marks.ts';
import { type KubeObject, keyOf, type ManagedFieldsEntry, type Manifest } from './object.ts';
import { coversFields, ownedEntry, ownedFields } from './ownership.ts';

/** What the server answered to our last apply of an object. */
type Baseline = { readonly uid: string; readonly digest: string; readonly record: ManagedFieldsEntry | undefined };

/** What was applied to which object, and what the server recorded then: by this a write is known to be needless. */
export class Baselines {
  readonly #baselines = new Map<string, Baseline>();

  /** Whether an apply would change nothing. After a restart, the object itself has to tell. */
  isUnchanged(live: KubeObject, desired: Manifest, digest: string): boolean {
    const owned = ownedFields(live);
    if (!owned) {
      return false;
    }
    const baseline = this.#baselines.get(idOf(live));
    if (baseline?.uid === live.metadata.uid) {
      return baseline.digest === digest && isSameRecord(baseline.record, ownedEntry(live));
    }
    const applied = live.metadata.annotations?.[APPLIED_ANNOTATION];
    return applied === digest && coversFields(owned, contentOf(desired), live);
  }

  remember(applied: KubeObject, digest: string): void {
    this.#baselines.set(idOf(applied), { uid: applied.metadata.uid, digest, record: ownedEntry(applied) });
  }

  /** Forgets what was applied to an object that is gone. */
  forget(object: KubeObject): void {
    this.#baselines.delete(idOf(object));
  }
}

/** The time is part of it: a stranger who applies under our name leaves the same fields. */
function isSameRecord(before: ManagedFieldsEntry | undefined, now: ManagedFieldsEntry | undefined): boolean {
  return (
    before?.time === now?.time &&
    before?.apiVersion === now?.apiVersion &&
    isDeepStrictEqual(before?.fieldsV1, now?.fieldsV1)
  );
}

function idOf(object: KubeObject): string {
  return `${typeKey(object)} ${keyOf(object)}`;
}
