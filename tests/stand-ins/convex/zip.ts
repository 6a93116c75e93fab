import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

const local = 0x04034b50;
const central = 0x02014b50;
const end = 0x06054b50;
const utf8 = 0x800;
const deflated = 8;
/** 1 January 1980, in the format of DOS. */
const epoch = 0x0021;

/** Packs files into an archive, of at most 65,535 files and 4 GiB. */
export function writeZip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const packed = deflateRawSync(content);
    const path = Buffer.from(name);
    const common = headerOf({ content, packed, path });
    const file = Buffer.concat([uint(4, local), common, path, packed]);
    directory.push(Buffer.concat([uint(4, central), uint(2, 20), common, Buffer.alloc(10), uint(4, offset), path]));
    files.push(file);
    offset += file.length;
  }
  const listing = Buffer.concat(directory);
  const count = uint(2, entries.length);
  const trailer = [uint(4, end), Buffer.alloc(4), count, count, uint(4, listing.length), uint(4, offset), uint(2, 0)];
  return Buffer.concat([...files, listing, ...trailer]);
}

/** What the header before a file and the line in the directory have in common. */
function headerOf({ content, packed, path }: { content: Buffer; packed: Buffer; path: Buffer }): Buffer {
  const how = [uint(2, 20), uint(2, utf8), uint(2, deflated), uint(2, 0), uint(2, epoch)];
  const what = [uint(4, crc32(content)), uint(4, packed.length), uint(4, content.length)];
  return Buffer.concat([...how, ...what, uint(2, path.length), uint(2, 0)]);
}

function uint(size: number, value: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUIntLE(value, 0, size);
  return buffer;
}

/**
 * Unpacks an archive.
 *
 * @throws Error when it is none, is cut off, or a file is not what its sum says.
 */
export function readZip(archive: Buffer): ZipEntry[] {
  const trailer = archive.lastIndexOf(uint(4, end));
  if (trailer < 0) throw new Error('not a zip archive, or one that is cut off');
  const count = archive.readUInt16LE(trailer + 10);
  const entries: ZipEntry[] = [];
  let at = archive.readUInt32LE(trailer + 16);
  for (let index = 0; index < count; index += 1) {
    if (archive.readUInt32LE(at) !== central) throw new Error('the directory of the zip archive is damaged');
    const nameLength = archive.readUInt16LE(at + 28);
    entries.push(readEntry(archive, at, nameLength));
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

function readEntry(archive: Buffer, at: number, nameLength: number): ZipEntry {
  const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
  const header = archive.readUInt32LE(at + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(at + 20));
  const method = archive.readUInt16LE(at + 10);
  if (method !== deflated && method !== 0) throw new Error(`${name} is packed in an unknown way`);
  const content = method === deflated ? inflateRawSync(packed) : Buffer.from(packed);
  if (crc32(content) !== archive.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`);
  return { name, content };
}
