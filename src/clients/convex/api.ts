import { z } from 'zod';

/** Where a backend is, and how its administrator gets in. */
export type ConvexServer = { readonly url: string; readonly adminKey: string };

/** An answer of a backend that is no success. */
export class ConvexError extends Error {
  override readonly name = 'ConvexError';
  /** Convex's word for programs, such as `ExportInProgress`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

const exportSchema = z
  .object({
    state: z.enum(['requested', 'in_progress', 'completed', 'failed']),
    // A 64-bit integer, which comes as text.
    start_ts: z.union([z.string(), z.number()]).transform(String).optional(),
  })
  .nullable();

const importSchema = z
  .object({
    state: z.object({
      state: z.string(),
      error_message: z.string().optional(),
      num_rows_written: z.union([z.string(), z.number()]).transform(Number).optional(),
    }),
  })
  .nullable();

/** An export as the backend tells of it; `null` when there was none. */
export type ExportState = z.output<typeof exportSchema>;

/** An import as the backend tells of it; `null` when it does not know it (any more). */
export type ImportState = z.output<typeof importSchema>;

/** Convex's HTTP API, as far as moving data needs it. Nothing is tried again here. */
export class ConvexApi {
  readonly #server: ConvexServer;

  constructor(server: ConvexServer) {
    this.#server = server;
  }

  /** Asks for an export of everything, files included. @throws ConvexError `ExportInProgress` while there is another. */
  async requestExport(): Promise<void> {
    await this.#post('/api/export/request/zip?includeStorage=true');
  }

  async latestExport(): Promise<ExportState> {
    return exportSchema.parse(await this.#query('_system/cli/exports:getLatest', {}));
  }

  /** The archive of a complete export, from a byte on where the server can do that: see the status of the answer. */
  async downloadExport(startTs: string, fromByte = 0): Promise<Response> {
    const range = fromByte > 0 ? { range: `bytes=${fromByte}-` } : {};
    return await this.#send(`/api/export/zip/${encodeURIComponent(startTs)}`, { headers: range });
  }

  /** Begins an upload. @returns its token. */
  async startUpload(): Promise<string> {
    return z.object({ uploadToken: z.string() }).parse(await this.#post('/api/import/start_upload')).uploadToken;
  }

  /** Sends a part; numbers begin with 1. @returns its token. */
  async uploadPart(uploadToken: string, partNumber: number, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const query = new URLSearchParams({ uploadToken, partNumber: String(partNumber) });
    return z.string().parse(await this.#post(`/api/import/upload_part?${query}`, bytes));
  }

  /** Puts the parts together. @returns the import, which waits to be performed. */
  async finishUpload(uploadToken: string, partTokens: readonly string[]): Promise<string> {
    const body = { import: { format: 'zip', mode: 'replaceAll' }, uploadToken, partTokens };
    return z.object({ importId: z.string() }).parse(await this.#post('/api/import/finish_upload', body)).importId;
  }

  async performImport(importId: string): Promise<void> {
    await this.#post('/api/perform_import', { importId });
  }

  async importState(importId: string): Promise<ImportState> {
    return importSchema.parse((await this.#query('_system/cli/queryImport', { importId })) ?? null);
  }

  async #query(path: string, args: object): Promise<unknown> {
    const answer = z
      .object({ status: z.string(), value: z.unknown(), errorMessage: z.string().optional() })
      .parse(await this.#post('/api/query', { path, args, format: 'json' }));
    if (answer.status !== 'success') {
      throw new ConvexError(`${path}: ${answer.errorMessage ?? answer.status}`, 'QueryFailed');
    }
    return answer.value;
  }

  async #post(path: string, body?: object | Uint8Array<ArrayBuffer>): Promise<unknown> {
    const isBytes = body instanceof Uint8Array;
    const type = isBytes ? 'application/octet-stream' : 'application/json';
    const content = isBytes || body === undefined ? body : JSON.stringify(body);
    const headers = body === undefined ? {} : { 'content-type': type };
    const answer = await this.#send(path, {
      method: 'POST',
      headers,
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await answer.text();
    return text === '' ? undefined : JSON.parse(text);
  }

  async #send(path: string, { headers, ...init }: RequestInit): Promise<Response> {
    const { url, adminKey } = this.#server;
    const authorization = `Convex ${adminKey}`;
    const answer = await fetch(new URL(path, url), { ...init, headers: { ...headers, authorization } });
    if (!answer.ok) {
      throw await errorOf(answer, path);
    }
    return answer;
  }
}

async function errorOf(answer: Response, path: string): Promise<ConvexError> {
  const text = await answer.text();
  const parsed = z.object({ code: z.string(), message: z.string() }).safeParse(jsonOf(text));
  const [where = ''] = path.split('?');
  const { code, message } = parsed.data ?? { code: 'Unknown', message: `HTTP ${answer.status}` };
  return new ConvexError(`${where}: ${message}`, code);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
