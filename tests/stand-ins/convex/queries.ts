import { ApiError } from './api-error.ts';
import type { ExportRecord, Store } from './store.ts';
import type { Uploads } from './uploads.ts';

/** What system functions look at. */
export interface Sources {
  readonly store: Store;
  readonly uploads: Uploads;
}

/** A 64-bit integer, which has a form of its own in each format. */
class Int64 {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  encode(isLossless: boolean): unknown {
    if (!isLossless) return this.digits;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(this.digits));
    return { $integer: bytes.toString('base64') };
  }
}

type Arguments = Readonly<Record<string, unknown>>;
type SystemFunction = (sources: Sources, args: Arguments) => unknown;

const functions: Readonly<Record<string, SystemFunction>> = {
  '_system/cli/exports:getLatest': ({ store }) => exportValue(store.contents.exports.at(-1)),
  '_system/cli/tables': ({ store }) => page(Object.keys(store.contents.tables).map((name) => ({ name }))),
  '_system/cli/tableData': ({ store }, { table, order }) => {
    const documents = [...(store.contents.tables[String(table)]?.documents ?? [])];
    return page(order === 'desc' ? documents.reverse() : documents);
  },
  '_system/cli/queryImport': ({ uploads }, { importId }) => {
    const found = uploads.find(String(importId));
    return found && { _id: found.id, state: { ...found.state, ...writtenRows(found.state) } };
  },
};

/** A body of `/api/query`. */
export interface Query {
  readonly path: string;
  readonly args: Arguments;
  readonly format?: string;
}

/** Runs a system function; people's functions cannot be deployed on a stand-in. */
export function runQuery(sources: Sources, { path, args, format = 'json' }: Query): object {
  const isLossless = ['convex_encoded_json', 'convex_json'].includes(format);
  if (!isLossless && !['json', 'convex_clean_json'].includes(format)) {
    throw new ApiError(`there is no format ${format}`, { code: 'BadFormat' });
  }
  const run = functions[path.replace(/:default$/, '')];
  if (run === undefined) return { status: 'error', errorMessage: `there is no function ${path}` };
  return { status: 'success', value: encode(run(sources, args) ?? null, isLossless) };
}

function exportValue(record: ExportRecord | undefined): object | undefined {
  if (record === undefined) return undefined;
  const { id, state, includeStorage, startTs, endTs } = record;
  const end = { completed: 'complete_ts', failed: 'failed_ts' }[state as string];
  return {
    _id: id,
    state,
    format: { format: 'zip', include_storage: includeStorage },
    requestor: 'snapshotExport',
    ...(startTs && { start_ts: new Int64(startTs) }),
    ...(end && endTs && { [end]: new Int64(endTs) }),
    ...(state === 'completed' && { zip_object_key: `${id}.zip` }),
  };
}

function writtenRows(state: { readonly numWritten?: number }): object {
  return state.numWritten === undefined ? {} : { num_rows_written: new Int64(String(state.numWritten)) };
}

function page(items: readonly unknown[]): object {
  return { page: items, isDone: true, continueCursor: '' };
}

function encode(value: unknown, isLossless: boolean): unknown {
  if (value instanceof Int64) return value.encode(isLossless);
  if (Array.isArray(value)) return value.map((item) => encode(item, isLossless));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, encode(item, isLossless)]));
}
