import { randomInt } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A document in Convex's lossless JSON. */
export type Document = Readonly<Record<string, unknown>> & { readonly _id: string };

/** A table has a number for life. */
export interface Table {
  readonly number: number;
  readonly documents: readonly Document[];
}

/** An export, as the system table of exports has it. */
export interface ExportRecord {
  readonly id: string;
  readonly state: 'requested' | 'in_progress' | 'completed' | 'failed';
  readonly includeStorage: boolean;
  /** Nanoseconds, in decimal digits; also the name that its archive is fetched by. */
  readonly startTs?: string;
  readonly endTs?: string;
}

/** Everything that is kept, apart from archives and files. */
export interface Contents {
  readonly fileStorage: { readonly kind: 'local' } | { readonly kind: 's3'; readonly instance: string };
  readonly tables: Readonly<Record<string, Table>>;
  /** Metadata of files; their bytes are beside. */
  readonly files: readonly Document[];
  readonly exports: readonly ExportRecord[];
}

/** Documents in one file, which is replaced as a whole: after any end it has all of a change or nothing of it. */
export class Store {
  readonly #path: string;
  #contents: Contents;

  private constructor(path: string, contents: Contents) {
    this.#path = path;
    this.#contents = contents;
  }

  /** Opens the store in a file, and makes it when it is not there. */
  static open(path: string, fileStorage: Contents['fileStorage']): Store {
    const found = existsSync(path);
    const contents = found
      ? JSON.parse(readFileSync(path, 'utf8'))
      : { fileStorage, tables: {}, files: [], exports: [] };
    const store = new Store(path, contents);
    if (!found) store.change({});
    return store;
  }

  get contents(): Contents {
    return this.#contents;
  }

  /** Replaces parts of the contents; they are on the disk when it returns. */
  change(parts: Partial<Contents>): void {
    const contents = { ...this.#contents, ...parts };
    mkdirSync(dirname(this.#path), { recursive: true });
    writeDurably(this.#path, JSON.stringify(contents));
    this.#contents = contents;
  }
}

/** Writes a file that is there whole or not at all. */
export function writeDurably(path: string, content: string | Buffer): void {
  const unfinished = `${path}.unfinished`;
  const file = openSync(unfinished, 'w');
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
}

/** An id in the form of Convex's. */
export function newId(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz';
  return Array.from({ length: 32 }, () => letters[randomInt(letters.length)]).join('');
}
