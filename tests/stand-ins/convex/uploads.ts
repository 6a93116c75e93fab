import { ApiError } from './api-error.ts';
import { type ImportWish, parseImportWish, performImport } from './imports.ts';
import { newId, type Store } from './store.ts';

/** An import of an uploaded body and how far it is. */
export interface Upload {
  readonly id: string;
  readonly wish: ImportWish;
  readonly body: Buffer;
  readonly state: {
    readonly state: 'waiting_for_confirmation' | 'in_progress' | 'completed' | 'failed';
    readonly numWritten?: number;
    readonly error_message?: string;
  };
}

/** Imports in parts: they live in memory, so a restart forgets those that were not performed. */
export class Uploads {
  readonly #store: Store;
  readonly #filesDir: string;
  readonly #parts = new Map<string, Map<string, Buffer>>();
  readonly #imports = new Map<string, Upload>();

  constructor(store: Store, filesDir: string) {
    this.#store = store;
    this.#filesDir = filesDir;
  }

  /** Begins an upload; returns its token. */
  start(): string {
    const token = newId();
    this.#parts.set(token, new Map());
    return token;
  }

  /** Takes a part; returns the token of it. */
  addPart(uploadToken: string, partNumber: string, bytes: Buffer): string {
    const number = Number(partNumber);
    if (!Number.isInteger(number) || number < 1 || number > 10_000) {
      throw new ApiError(`${partNumber} is no number of a part`, { code: 'BadPart' });
    }
    const token = newId();
    this.#partsOf(uploadToken).set(token, bytes);
    return token;
  }

  /** Puts parts together, in the order of their tokens; returns the import, which waits for its confirmation. */
  finish(body: Readonly<Record<string, unknown>>): string {
    const { import: parameters, uploadToken, partTokens } = body;
    const parts = this.#partsOf(String(uploadToken));
    const tokens = Array.isArray(partTokens) ? partTokens.map(String) : [];
    const bytes = tokens.map((token) => {
      const part = parts.get(token);
      if (part === undefined) throw new ApiError('there is no part with this token', { code: 'BadPart' });
      return part;
    });
    const wish = parseImportWish((parameters ?? {}) as Record<string, string>);
    const id = newId();
    this.#imports.set(id, { id, wish, body: Buffer.concat(bytes), state: { state: 'waiting_for_confirmation' } });
    this.#parts.delete(String(uploadToken));
    return id;
  }

  /** Confirms an import; it is in progress until a later turn. */
  perform(id: string): void {
    const found = this.find(id);
    if (found?.state.state !== 'waiting_for_confirmation') {
      throw new ApiError(`${id} is no import that waits`, { code: 'InvalidImport' });
    }
    this.#imports.set(id, { ...found, state: { state: 'in_progress' } });
    setImmediate(() => this.#imports.set(id, { ...found, state: this.#perform(found) }));
  }

  /** An import of this run of the program. */
  find(id: string): Upload | undefined {
    return this.#imports.get(id);
  }

  #perform({ wish, body }: Upload): Upload['state'] {
    try {
      return { state: 'completed', numWritten: performImport(this.#store, this.#filesDir, { wish, body }) };
    } catch (error) {
      return { state: 'failed', error_message: error instanceof Error ? error.message : String(error) };
    }
  }

  #partsOf(uploadToken: string): Map<string, Buffer> {
    const parts = this.#parts.get(uploadToken);
    if (parts === undefined) throw new ApiError('there is no upload with this token', { code: 'BadUpload' });
    return parts;
  }
}
