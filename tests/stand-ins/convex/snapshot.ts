import type { Contents, Document } from './store.ts';
import { readZip, writeZip, type ZipEntry } from './zip.ts';

/** What an archive has in it. */
export interface Snapshot {
  readonly tables: ReadonlyMap<string, readonly Row[]>;
  /** Bytes of files by the id of their metadata. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** A document that may not have an id yet. */
export type Row = Readonly<Record<string, unknown>>;

const storage = '_storage';

/** Packs everything as Convex's export does; `readFile` gives bytes of files, or is left out with them. */
export function packSnapshot(contents: Contents, readFile?: (id: string) => Buffer): Buffer {
  const tables = Object.entries(contents.tables).sort(([, a], [, b]) => a.number - b.number);
  const entries = [
    entry('README.md', "# Export\n\nMade by a stand-in for Convex's backend, which is a part of Hearth's tests.\n"),
    entry('_tables/documents.jsonl', lines(tables.map(([name, { number }]) => ({ name, id: number })))),
    ...tables.flatMap(([name, { documents }]) => [
      entry(`${name}/documents.jsonl`, lines(documents)),
      entry(`${name}/generated_schema.jsonl`, '"uniform"\n'),
    ]),
  ];
  if (readFile === undefined) return writeZip(entries);
  const files = contents.files.map(({ _id }) => ({ name: `${storage}/${_id}`, content: readFile(_id) }));
  return writeZip([...entries, entry(`${storage}/documents.jsonl`, lines(contents.files)), ...files]);
}

function entry(name: string, text: string): ZipEntry {
  return { name, content: Buffer.from(text) };
}

function lines(rows: readonly unknown[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/**
 * Unpacks an export, of this stand-in or of Convex.
 *
 * @throws Error when it is damaged, or a line in it is no object.
 */
export function unpackSnapshot(archive: Buffer): Snapshot {
  const tables = new Map<string, Row[]>();
  const files = new Map<string, Buffer>();
  for (const { name, content } of readZip(archive)) {
    const table = /^([^/]+)\/documents\.jsonl$/.exec(name)?.[1];
    const file = /^_storage\/([^./]+)(\.[^/]*)?$/.exec(name)?.[1];
    if (table !== undefined) tables.set(table, readRows(content.toString()));
    else if (file !== undefined) files.set(file, content);
  }
  return { tables, files };
}

/** Reads one object a line. */
export function readRows(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => asRow(JSON.parse(line), index));
}

/** Reads an array of objects. */
export function readArray(text: string): Row[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value)) throw new Error('the rows are no JSON array');
  return value.map(asRow);
}

function asRow(value: unknown, index: number): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
  throw new Error(`row ${index + 1} is no object`);
}

/** A row as a document: one that comes with an id keeps it. */
export function asDocument(row: Row, newId: () => string): Document {
  const _id = typeof row['_id'] === 'string' ? row['_id'] : newId();
  return { _creationTime: Date.now(), ...row, _id };
}
