import { join } from 'node:path';
import { ApiError } from './api-error.ts';
import { asDocument, type Row, readArray, readRows, type Snapshot, unpackSnapshot } from './snapshot.ts';
import { type Document, newId, type Store, type Table, writeDurably } from './store.ts';

const modes = ['append', 'replace', 'replaceAll', 'requireEmpty'] as const;
type Mode = (typeof modes)[number];

/** What to make of the bytes of an import. */
export interface ImportWish {
  readonly mode: Mode;
  read(body: Buffer): Snapshot;
}

/** Reads the parameters of an import, which come in a query string or in a body. */
export function parseImportWish(parameters: Readonly<Record<string, string | undefined>>): ImportWish {
  const { format, tableName, mode = 'requireEmpty', componentPath } = parameters;
  if (componentPath) throw new ApiError('the stand-in has no components', { code: 'ComponentsUnsupported' });
  const known = modes.find((name) => name === mode);
  if (known === undefined) throw new ApiError(`there is no mode ${mode}`, { code: 'BadMode' });
  return { mode: known, read: readerOf(format, tableName) };
}

function readerOf(format: string | undefined, tableName: string | undefined): ImportWish['read'] {
  if (format === 'zip') {
    if (tableName !== undefined)
      throw new ApiError('an archive has the names of its tables in it', { code: 'InvalidName' });
    return unpackSnapshot;
  }
  const read = { jsonLines: readRows, jsonArray: readArray }[format ?? ''];
  if (read === undefined) throw new ApiError(`the stand-in cannot read the format ${format}`, { code: 'BadFormat' });
  if (tableName === undefined) throw new ApiError('rows need a tableName', { code: 'InvalidName' });
  if (!/^[a-z]\w{0,63}$/i.test(tableName)) {
    throw new ApiError(`invalid table name ${tableName}`, { code: 'ImportInvalidName' });
  }
  return (body) => ({ tables: new Map([[tableName, read(body.toString())]]), files: new Map() });
}

/** Puts what was read into the store, all of it or nothing; returns how many documents that were. */
export function performImport(
  store: Store,
  filesDir: string,
  { wish, body }: { wish: ImportWish; body: Buffer },
): number {
  const snapshot = readOrRefuse(wish, body);
  const metadata = snapshot.tables.get('_storage');
  const wanted = [...snapshot.tables].filter(([name]) => !name.startsWith('_'));
  const { tables, files } = store.contents;
  if (wish.mode === 'requireEmpty') refuseTaken(tables, wanted);
  const merged = mergeTables(tables, wanted, wish.mode);
  for (const [id, content] of snapshot.files) writeDurably(join(filesDir, id), content);
  store.change({ tables: merged, ...(metadata && { files: mergeRows(files, metadata, wish.mode) }) });
  return wanted.reduce((sum, [, rows]) => sum + rows.length, metadata?.length ?? 0);
}

function readOrRefuse(wish: ImportWish, body: Buffer): Snapshot {
  try {
    return wish.read(body);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError(`the import failed: ${reason}`, { code: 'ImportFailed', cause: error });
  }
}

type Rows = readonly (readonly [string, readonly Row[]])[];

function refuseTaken(tables: Readonly<Record<string, Table>>, wanted: Rows): void {
  const taken = wanted.find(([name]) => (tables[name]?.documents.length ?? 0) > 0);
  if (taken === undefined) return;
  throw new ApiError(`the import failed: table ${taken[0]} is not empty`, { code: 'TableExists' });
}

function mergeTables(tables: Readonly<Record<string, Table>>, wanted: Rows, mode: Mode): Record<string, Table> {
  const merged = Object.fromEntries(
    Object.entries(tables).map(([name, table]) => [name, mode === 'replaceAll' ? { ...table, documents: [] } : table]),
  );
  for (const [name, rows] of wanted) {
    const number = merged[name]?.number ?? 10001 + Object.keys(merged).length;
    merged[name] = { number, documents: mergeRows(merged[name]?.documents ?? [], rows, mode) };
  }
  return merged;
}

function mergeRows(documents: readonly Document[], rows: readonly Row[], mode: Mode): Document[] {
  const added = rows.map((row) => asDocument(row, newId));
  if (mode !== 'append') return added;
  const ids = new Set(documents.map(({ _id }) => _id));
  const twice = added.find(({ _id }) => ids.has(_id));
  if (twice === undefined) return [...documents, ...added];
  throw new ApiError(`the import failed: there is a document ${twice._id} already`, { code: 'ImportFailed' });
}
