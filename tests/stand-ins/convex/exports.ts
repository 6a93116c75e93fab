import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from './api-error.ts';
import { packSnapshot } from './snapshot.ts';
import { type ExportRecord, newId, type Store, writeDurably } from './store.ts';

/** Where exports put and find bytes. */
export interface ExportFolders {
  readonly archives: string;
  readonly files: string;
}

/** Makes one export at a time, as of the moment at which it begins; goes on after a restart. */
export class Exports {
  readonly #store: Store;
  readonly #folders: ExportFolders;
  readonly #before: () => Promise<void>;
  #stopped = false;

  /** `before` holds every export up while it is in progress, or makes it fail by throwing. */
  constructor(store: Store, folders: ExportFolders, before: () => Promise<void>) {
    this.#store = store;
    this.#folders = folders;
    this.#before = before;
    for (const { id } of this.#unfinished()) this.#begin(id);
  }

  /** The newest one. */
  get latest(): ExportRecord | undefined {
    return this.#store.contents.exports.at(-1);
  }

  /** Asks for an export; there is one at a time. */
  request(includeStorage: boolean): void {
    if (this.#unfinished().length > 0) {
      throw new ApiError('an export is under way', { code: 'ExportInProgress' });
    }
    const record: ExportRecord = { id: newId(), state: 'requested', includeStorage };
    this.#store.change({ exports: [...this.#store.contents.exports, record] });
    this.#begin(record.id);
  }

  /** The archive of a finished export, by its id or the time at which it began. */
  archive(key: string): { content: Buffer; name: string } {
    const found = this.#store.contents.exports.find(({ id, startTs }) => id === key || startTs === key);
    if (found === undefined) throw new ApiError('there is no such export', { code: 'ExportNotFound' });
    if (found.state !== 'completed') throw new ApiError('this export is not complete', { code: 'ExportNotComplete' });
    return { content: readFileSync(this.#path(found.id)), name: `snapshot_${found.startTs}.zip` };
  }

  /** Begins nothing more and records nothing more. */
  stop(): void {
    this.#stopped = true;
  }

  #unfinished(): readonly ExportRecord[] {
    return this.#store.contents.exports.filter(({ state }) => state === 'requested' || state === 'in_progress');
  }

  /** In a turn of its own, so that the state `requested` can be seen. */
  #begin(id: string): void {
    setImmediate(() => void this.#make(id));
  }

  async #make(id: string): Promise<void> {
    if (this.#stopped) return;
    const record = this.#record(id, { state: 'in_progress', startTs: now() });
    const readFile = (file: string) => readFileSync(join(this.#folders.files, file));
    try {
      const archive = packSnapshot(this.#store.contents, record?.includeStorage ? readFile : undefined);
      await this.#before();
      if (this.#stopped) return;
      writeDurably(this.#path(id), archive);
      this.#record(id, { state: 'completed', endTs: now() });
    } catch {
      if (!this.#stopped) this.#record(id, { state: 'failed', endTs: now() });
    }
  }

  #record(id: string, change: Partial<ExportRecord>): ExportRecord | undefined {
    const exports = this.#store.contents.exports.map((one) => (one.id === id ? { ...one, ...change } : one));
    this.#store.change({ exports });
    return exports.find((one) => one.id === id);
  }

  #path(id: string): string {
    return join(this.#folders.archives, `${id}.zip`);
  }
}

/** Now, in nanoseconds. */
function now(): string {
  return String(BigInt(Date.now()) * 1_000_000n);
}
