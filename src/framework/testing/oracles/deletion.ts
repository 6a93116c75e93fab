import { createCrdManifest } from '../../schema/crd.ts';
import type { Trial } from '../trial.ts';
import { crashesAt } from './crash.ts';

/**
 * Whenever the sample is deleted, nothing is left of it, in the cluster and outside: at rest, while any one write is
 * under way, and after a crash at any one write. A kind that can keep what it made (`deletionPolicy: Retain`) keeps it.
 */
export async function leavesNothing(trial: Trial): Promise<void> {
  const policies = deletionPolicies(trial);
  const spec = policies.includes('Delete') ? { deletionPolicy: 'Delete' } : {};
  const before = JSON.stringify(await trial.outside.list());
  const stages = [deleteAtRest, deleteDuringWrite, deleteAfterCrash];
  for (const stage of stages) {
    for (let write = 1; await stage(trial, { write, spec }); write += 1) {
      await isClean(trial, before).catch((error: unknown) => {
        throw new Error(`${stage.name}, write ${write}: ${String(error)}`, { cause: error });
      });
      await trial.clear();
    }
    await trial.clear();
  }
  if (policies.includes('Retain')) {
    await keepsWhatItMade(trial);
  }
}

type Stage = { readonly write: number; readonly spec: Readonly<Record<string, unknown>> };

async function deleteAtRest(trial: Trial, { write, spec }: Stage): Promise<boolean> {
  if (write > 1) {
    return false; // there is one rest only
  }
  const run = await trial.start();
  await trial.createSample(spec);
  await trial.rest(run);
  await trial.admin.delete(trial.path);
  return true;
}

async function deleteDuringWrite(trial: Trial, { write, spec }: Stage): Promise<boolean> {
  const run = await trial.start({ hold: write });
  await trial.createSample(spec);
  await trial.rest(run);
  const { hasStruck } = run.wire;
  await trial.admin.delete(trial.path);
  run.wire.release();
  return hasStruck;
}

async function deleteAfterCrash(trial: Trial, { write, spec }: Stage): Promise<boolean> {
  const hasCrashed = await crashesAt(trial, { write, moment: 'after' }, spec);
  await trial.admin.delete(trial.path);
  await trial.start();
  return hasCrashed;
}

async function isClean(trial: Trial, outsideBefore: string): Promise<void> {
  await trial.gone([trial.path]);
  await trial.gone(trial.paths());
  await trial.wait('nothing is left outside the cluster', async () => {
    const outside = JSON.stringify(await trial.outside.list());
    return outside === outsideBefore ? undefined : `outside there is ${outside}`;
  });
}

async function keepsWhatItMade(trial: Trial): Promise<void> {
  const run = await trial.start();
  const { metadata } = await trial.createSample({ deletionPolicy: 'Retain' });
  await trial.rest(run);
  const kept = await trial.children();
  const outside = Object.keys(await trial.outside.list());
  await trial.admin.delete(trial.path);
  await trial.gone([trial.path]);
  const now = await trial.children();
  const lost = [...kept.keys()].filter((path) => {
    const references = now.get(path)?.metadata.ownerReferences ?? [];
    return !now.has(path) || references.some(({ uid }) => uid === metadata.uid);
  });
  const namesNow = Object.keys(await trial.outside.list());
  lost.push(...outside.filter((name) => !namesNow.includes(name)));
  if (lost.length > 0) {
    throw new Error(`deletionPolicy is Retain, and these went with the object or will: ${lost.join(', ')}`);
  }
  await trial.clear();
}

/** What the kind's spec offers as `deletionPolicy`; nothing when it has no such field. */
function deletionPolicies(trial: Trial): readonly unknown[] {
  const { olderVersions: _, ...current } = trial.options.definition;
  const [version] = createCrdManifest(current).spec.versions;
  const spec = version?.schema.openAPIV3Schema.properties?.['spec'];
  return spec?.properties?.['deletionPolicy']?.enum ?? [];
}
