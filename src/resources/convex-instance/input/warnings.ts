import type { ConvexInstanceSpec } from '../convex-instance.schemas.ts';

/** Something that is allowed, and that people should know of. */
export type Warning = { readonly reason: string; readonly note: string };

/** What people should know of a spec. */
export function warningsOf({ backend, scale, maintenance }: ConvexInstanceSpec): Warning[] {
  const { storage, s3, db } = backend;
  const hasVolume = storage.mode !== 'external' && storage.pvc?.enabled === true;
  const isEphemeral = !hasVolume && (db.engine === 'sqlite' || !s3.enabled);
  const what = db.engine === 'sqlite' ? 'Documents and files are' : 'Files and modules are';
  const hasTarget = scale?.backend?.cpuTargetUtilization !== undefined;
  const isMoving = maintenance?.upgradeStrategy === 'exportImport' && db.engine !== 'sqlite';
  return [
    isEphemeral && {
      reason: 'EphemeralStorage',
      note: `${what} lost at every restart: enable backend.storage.pvc${db.engine === 'sqlite' ? '' : ' or backend.s3'}`,
    },
    hasTarget && {
      reason: 'NotScalable',
      note: 'scale.backend.cpuTargetUtilization has no effect: a database has one Convex backend at a time',
    },
    isMoving && {
      reason: 'ImportReplaces',
      note: 'An upgrade by export and import replaces what clients write between the two: keep them away meanwhile',
    },
  ].filter((warning) => warning !== false);
}
