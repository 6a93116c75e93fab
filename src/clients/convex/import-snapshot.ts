import { open, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ConvexError, type ImportState } from './api.ts';
import { type ArchiveRecord, readState, verifiedArchive, writeState } from './archive.ts';
import type { SnapshotOptions } from './export-snapshot.ts';

const progressSchema = z.object({
  sha256: z.string(),
  uploadToken: z.string(),
  parts: z.array(z.string()),
  importId: z.string().optional(),
});

type Progress = z.output<typeof progressSchema>;

export type ImportOptions = SnapshotOptions & {
  /** The size of a part; Convex takes none below 5 MiB but the last. */
  readonly partBytes: number;
};

/**
 * Replaces everything that a backend has by the export on the disk, after the checksum has been compared. Started again
 * after any end, it goes on where it was; an import that the backend has done is not done again.
 * @returns how many documents were written.
 */
export async function importSnapshot(options: ImportOptions): Promise<number> {
  const { paths, log } = options;
  const archive = await verifiedArchive(paths);
  log(`The export of ${archive.bytes} bytes is whole`);
  try {
    const importId = await uploaded(options, archive);
    return await performed(options, importId);
  } catch (error) {
    if (error instanceof ConvexError) {
      // The backend may have forgotten what was uploaded: the next try begins anew.
      await rm(paths.importProgress, { force: true });
    }
    throw error;
  }
}

async function uploaded(options: ImportOptions, archive: ArchiveRecord): Promise<string> {
  const { api, paths, partBytes, log } = options;
  const progress = await progressOf(options, archive);
  if (progress.importId !== undefined) {
    return progress.importId;
  }
  const count = Math.max(1, Math.ceil(archive.bytes / partBytes));
  let { parts } = progress;
  while (parts.length < count) {
    const bytes = await slice(paths.archive, parts.length * partBytes, partBytes);
    const token = await api.uploadPart(progress.uploadToken, parts.length + 1, bytes);
    parts = [...parts, token];
    await writeState(paths.importProgress, { ...progress, parts });
    log(`Uploaded part ${parts.length} of ${count}`);
  }
  const importId = await api.finishUpload(progress.uploadToken, parts);
  await writeState(paths.importProgress, { ...progress, parts, importId });
  return importId;
}

/** What an earlier try has done for this very archive, or a new beginning. */
async function progressOf({ api, paths }: ImportOptions, { sha256 }: ArchiveRecord): Promise<Progress> {
  const known = await readState(paths.importProgress, progressSchema);
  if (known?.sha256 === sha256) {
    return known;
  }
  const progress = { sha256, uploadToken: await api.startUpload(), parts: [] };
  await writeState(paths.importProgress, progress);
  return progress;
}

async function performed({ api, pollMs, log }: ImportOptions, importId: string): Promise<number> {
  let isAsked = false;
  for (;;) {
    const found = await api.importState(importId);
    switch (found?.state.state) {
      case 'completed':
        log(`Imported ${found.state.num_rows_written ?? 0} documents`);
        return found.state.num_rows_written ?? 0;
      case 'waiting_for_confirmation':
        if (!isAsked) {
          await api.performImport(importId);
          isAsked = true;
        }
        break;
      case 'uploaded':
      case 'in_progress':
        break;
      default:
        throw failureOf(found);
    }
    await delay(pollMs);
  }
}

function failureOf(found: ImportState): ConvexError {
  const message = found ? (found.state.error_message ?? found.state.state) : 'the backend does not know the import';
  return new ConvexError(`The import has failed: ${message}`, 'ImportFailed');
}

async function slice(path: string, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
