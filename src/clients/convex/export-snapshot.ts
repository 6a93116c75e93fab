import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { type ConvexApi, ConvexError } from './api.ts';
import {
  type ArchivePaths,
  type ArchiveRecord,
  fingerprint,
  isWholeZip,
  readState,
  sizeOf,
  verifiedArchive,
  writeState,
} from './archive.ts';

export type SnapshotOptions = {
  readonly api: ConvexApi;
  readonly paths: ArchivePaths;
  /** Names the attempt: what another one has left is of another time. */
  readonly attempt: string;
  /** How long to wait before asking again how far the backend is. */
  readonly pollMs: number;
  readonly log: (line: string) => void;
};

const progressSchema = z.object({ attempt: z.string(), startTs: z.string() });

/**
 * Brings an export of everything that a backend has onto the disk. Started again after any end, it goes on where it was;
 * what it returns has been read back from the disk.
 */
export async function exportSnapshot(options: SnapshotOptions): Promise<ArchiveRecord> {
  const { paths, attempt, log } = options;
  const done = await verifiedArchive(paths).catch(() => undefined);
  if (done?.attempt === attempt) {
    log(`The export of ${done.bytes} bytes is on the volume already`);
    return done;
  }
  await rm(paths.record, { force: true });
  const startTs = await finishedExport(options);
  await download(options, startTs);
  if (!(await isWholeZip(paths.part))) {
    await rm(paths.part, { force: true });
    throw new Error('What the backend sent is not a whole archive');
  }
  const record = { attempt, startTs, ...(await fingerprint(paths.part)) };
  await rename(paths.part, paths.archive);
  await rm(paths.importProgress, { force: true });
  await writeState(paths.record, record);
  log(`Exported ${record.bytes} bytes, sha256 ${record.sha256}`);
  return await verifiedArchive(paths);
}

/** An export that was begun for this attempt and is complete. */
async function finishedExport(options: SnapshotOptions): Promise<string> {
  const { paths, attempt, log } = options;
  const known = await readState(paths.exportProgress, progressSchema);
  if (known?.attempt === attempt) {
    return known.startTs;
  }
  await rm(paths.part, { force: true });
  await request(options);
  log('The backend makes an export');
  const startTs = await settledExport(options);
  await writeState(paths.exportProgress, { attempt, startTs });
  return startTs;
}

/** One that somebody else began earlier lacks what was written since: it is let finish, and another one is asked for. */
async function request({ api, pollMs, log }: SnapshotOptions): Promise<void> {
  for (;;) {
    try {
      await api.requestExport();
      return;
    } catch (error) {
      if (!(error instanceof ConvexError && error.code === 'ExportInProgress')) {
        throw error;
      }
      log('Waits for an export that somebody else has begun');
      await delay(pollMs);
    }
  }
}

async function settledExport({ api, pollMs }: SnapshotOptions): Promise<string> {
  for (;;) {
    const latest = await api.latestExport();
    if (latest?.state === 'completed' && latest.start_ts !== undefined) {
      return latest.start_ts;
    }
    if (latest?.state === 'failed') {
      throw new Error('The backend could not make the export: see its log');
    }
    await delay(pollMs);
  }
}

/** Goes on behind what is there; from the beginning where the server does not know how. */
async function download({ api, paths, log }: SnapshotOptions, startTs: string): Promise<void> {
  const there = await sizeOf(paths.part);
  const answer = await downloadOrForget({ api, paths }, startTs, there);
  const isRest = answer.status === 206;
  if (isRest) {
    log(`Goes on behind ${there} bytes`);
  }
  if (!answer.body) {
    throw new Error('The backend sent no archive');
  }
  const file = createWriteStream(paths.part, { flags: isRest ? 'a' : 'w', flush: true });
  await pipeline(Readable.fromWeb(answer.body), file);
  const expected = Number(answer.headers.get('content-length') ?? Number.NaN) + (isRest ? there : 0);
  const got = await sizeOf(paths.part);
  if (!Number.isNaN(expected) && got !== expected) {
    throw new Error(`The backend announced ${expected} bytes and sent ${got}`);
  }
}

/** A backend that does not know the export any more gets asked for another one by the next try. */
async function downloadOrForget(
  { api, paths }: Pick<SnapshotOptions, 'api' | 'paths'>,
  startTs: string,
  there: number,
): Promise<Response> {
  try {
    return await api.downloadExport(startTs, there);
  } catch (error) {
    if (error instanceof ConvexError) {
      await rm(paths.exportProgress, { force: true });
      await rm(paths.part, { force: true });
    }
    throw error;
  }
}
