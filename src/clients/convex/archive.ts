import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** An export on a volume. The record is written last, so what has one is whole. */
export type ArchivePaths = {
  readonly archive: string;
  readonly part: string;
  readonly record: string;
  readonly exportProgress: string;
  readonly importProgress: string;
};

export function archivePaths(folder: string): ArchivePaths {
  return {
    archive: join(folder, 'export.zip'),
    part: join(folder, 'export.zip.part'),
    record: join(folder, 'export.json'),
    exportProgress: join(folder, 'export.progress.json'),
    importProgress: join(folder, 'import.progress.json'),
  };
}

const recordSchema = z.object({ attempt: z.string(), startTs: z.string(), bytes: z.number(), sha256: z.string() });

/** What an archive must be to be the one that was exported. */
export type ArchiveRecord = z.output<typeof recordSchema>;

/** The record of an archive that is there and is what it was when it was exported. @throws Error when it is not. */
export async function verifiedArchive(paths: ArchivePaths): Promise<ArchiveRecord> {
  const record = await readState(paths.record, recordSchema);
  if (!record) {
    throw new Error('There is no complete export on the volume');
  }
  const { bytes, sha256 } = await fingerprint(paths.archive);
  if (bytes !== record.bytes || sha256 !== record.sha256) {
    throw new Error('The export on the volume is not what was downloaded: its checksum differs');
  }
  return record;
}

/** Size and checksum of what is on the disk, not of what was sent to it. */
export async function fingerprint(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** The mark with which the directory of a zip ends, some bytes before its end. */
const END_MARK = Buffer.from('504b0506', 'hex');
const LONGEST_TAIL = 22 + 65_535;

/** Whether a file ends as a zip does: one that was cut off does not. */
export async function isWholeZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LONGEST_TAIL);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes(END_MARK);
  } finally {
    await file.close();
  }
}

/** How large a file is; 0 when it is not there. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** What was noted in a file; nothing when it is not there or not right. */
export async function readState<T extends z.ZodType>(path: string, schema: T): Promise<z.output<T> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Notes something so that it is there whole or not at all, whenever the process ends. */
export async function writeState(path: string, state: object): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, JSON.stringify(state), { flush: true });
  await rename(next, path);
}
