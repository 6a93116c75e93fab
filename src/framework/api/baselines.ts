import { digestOf } from './digest.ts';
import { typeKey } from './discovery.ts';
import { APPLIED_ANNOTATION } from './field-manager.ts';
import { contentOf } from './marks.ts';
import { type KubeObject, keyOf, type Manifest } from './object.ts';
import { coversFields, ownedEntry, ownedFields } from './ownership.ts';

/** What the server answered to our last apply of an object. */
type Baseline = { readonly uid: string; readonly digest: string; readonly entry: string };

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
      return baseline.digest === digest && baseline.entry === digestOfRecord(live);
    }
    const applied = live.metadata.annotations?.[APPLIED_ANNOTATION];
    return applied === digest && coversFields(owned, contentOf(desired), live);
  }

  remember(applied: KubeObject, digest: string): void {
    this.#baselines.set(idOf(applied), { uid: applied.metadata.uid, digest, entry: digestOfRecord(applied) });
  }

  /** Forgets what was applied to an object that is gone. */
  forget(object: KubeObject): void {
    this.#baselines.delete(idOf(object));
  }
}

/** The time is part of it: a stranger who applies under our name leaves the same fields. */
function digestOfRecord(object: KubeObject): string {
  const { apiVersion, time, fieldsV1 } = ownedEntry(object) ?? {};
  return digestOf({ apiVersion, time, fieldsV1 });
}

function idOf(object: KubeObject): string {
  return `${typeKey(object)} ${keyOf(object)}`;
}
