import type { IncomingMessage } from 'node:http';
import type { KubeConfig } from '@kubernetes/client-node';
import { CredentialSource, type Credentials } from './credentials.ts';
import { ApiError, type KubeStatus, messageOf, TransportError } from './errors.ts';
import { discard, type Exchange, exchange, textOf } from './exchange.ts';
import { guarding, type MayWrite } from './write-guard.ts';

/** Query parameters; `undefined` ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One call of the API. */
export type ApiRequest = {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** The path from the server's root, such as `/api/v1/namespaces/a/secrets/b`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: unknown;
  /** The content type of the body; JSON unless said. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
};

/** One request that was made; `code` is 0 when no answer came. */
export type AnsweredRequest = {
  readonly method: string;
  readonly path: string;
  readonly code: number;
  readonly durationMs: number;
};

/** Called once per request, when the answer begins or when it is clear that none comes. */
export type RequestObserver = (request: AnsweredRequest) => void;

/** What the server answered, before its body is read. */
export type ApiResponse = IncomingMessage;

/**
 * Stands between the operator and the server: sees each request and its answer, and may hold back, change or refuse
 * them. `send` throws as {@link Transport.request} does. For tests of what the network and a sudden end do to us.
 */
export type Interceptor = (
  request: ApiRequest,
  send: (request: ApiRequest) => Promise<ApiResponse>,
) => Promise<ApiResponse>;

export type TransportOptions = {
  readonly userAgent?: string;
  readonly observe?: RequestObserver;
  readonly intercept?: Interceptor | undefined;
  /** Whether anything but reading is allowed now; always when left out. */
  readonly mayWrite?: MayWrite | undefined;
};

/** How long an ordinary call may take in all. */
const CALL_TIMEOUT_MS = 30_000;

/** How long it may take until a call without an end is answered. */
const STREAM_TIMEOUT_MS = 60_000;

/**
 * JSON over pooled HTTP to one API server.
 *
 * Bodies go out and come in as plain JSON: no generated model stands between, so fields that are newer than any
 * model survive.
 */
export class Transport {
  readonly #source: CredentialSource;
  readonly #userAgent: string;
  readonly #observe: RequestObserver;
  readonly #intercept: Interceptor;
  readonly #holdBack: (() => Error | undefined) | undefined;

  constructor(kubeConfig: KubeConfig, options: TransportOptions = {}) {
    this.#source = new CredentialSource(kubeConfig);
    this.#userAgent = options.userAgent ?? 'hearth';
    this.#observe = options.observe ?? (() => undefined);
    this.#intercept = options.intercept ?? ((request, send) => send(request));
    this.#holdBack = options.mayWrite && guarding(options.mayWrite);
  }

  /** The server's base URL. */
  get server(): string {
    return this.#source.server;
  }

  /**
   * Sends one call and returns the parsed answer.
   * @throws ApiError when the server answers with an error status, {@link TransportError} when it does not answer.
   */
  async request<T>(request: ApiRequest): Promise<T> {
    const response = await this.#send(request, forCall);
    return await parsed<T>(request, response);
  }

  /** Starts a call whose answer has no end, and returns the bytes as they come. Throws as {@link request} does. */
  async stream(request: ApiRequest): Promise<AsyncIterable<Uint8Array>> {
    return await this.#send(request, forStream);
  }

  /** Closes every connection; running calls fail. */
  close(): void {
    this.#source.close();
  }

  #send(request: ApiRequest, choose: Choose): Promise<ApiResponse> {
    return this.#intercept(request, (each) => this.#sendTwice(each, choose));
  }

  async #sendTwice(request: ApiRequest, choose: Choose): Promise<ApiResponse> {
    const first = await this.#attempt(request, choose);
    if (first.statusCode !== 401) {
      return this.#checked(request, first);
    }
    // A token that was rotated a moment ago may still be the old one in memory: ask for credentials once more.
    await discard(first);
    this.#source.invalidate();
    return this.#checked(request, await this.#attempt(request, choose));
  }

  async #attempt(request: ApiRequest, choose: Choose): Promise<ApiResponse> {
    const started = performance.now();
    const { method = 'GET', path } = request;
    const observe = (code: number) => this.#observe({ method, path, code, durationMs: performance.now() - started });
    try {
      const credentials = await this.#source.current();
      const response = await exchange({
        path: request.path + searchOf(request.query),
        method,
        headers: this.#headers(request, credentials),
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: request.signal,
        holdBack: method === 'GET' ? undefined : this.#holdBack,
        ...choose(credentials),
      });
      observe(response.statusCode ?? 0);
      return response;
    } catch (error) {
      observe(0);
      throw failureOf(request, error);
    }
  }

  #headers(request: ApiRequest, credentials: Credentials): Record<string, string> {
    return {
      ...credentials.headers,
      accept: request.accept ?? 'application/json',
      'user-agent': this.#userAgent,
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    };
  }

  async #checked(request: ApiRequest, response: ApiResponse): Promise<ApiResponse> {
    const { statusCode: code = 0 } = response;
    if (code < 400) {
      return response;
    }
    const text = await textOf(response).catch(() => '');
    const retryAfter = Number(response.headers['retry-after']);
    throw new ApiError(
      describe(request),
      { ...parseStatus(text), code },
      Number.isFinite(retryAfter) ? retryAfter * 1000 : undefined,
    );
  }
}

/** Over which connections a request goes, and how long it may take. */
type Choose = (credentials: Credentials) => Pick<Exchange, 'connections' | 'timeoutMs' | 'patienceMs'>;

const forCall: Choose = ({ calls }) => ({ connections: calls, timeoutMs: CALL_TIMEOUT_MS });
const forStream: Choose = ({ watches }) => ({ connections: watches, patienceMs: STREAM_TIMEOUT_MS });

async function parsed<T>(request: ApiRequest, response: ApiResponse): Promise<T> {
  try {
    return JSON.parse(await textOf(response)) as T;
  } catch (error) {
    throw failureOf(request, error);
  }
}

/** An abort stays what it is, for nobody is to be told of one; everything else is a failure of the transport. */
function failureOf(request: ApiRequest, error: unknown): unknown {
  const message = `${describe(request)}: ${messageOf(error)}`;
  return request.signal?.aborted ? error : new TransportError(message, { cause: error });
}

function describe(request: ApiRequest): string {
  return `${request.method ?? 'GET'} ${request.path}`;
}

function searchOf(query: Query = {}): string {
  let text = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) {
      text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
    }
  }
  return text;
}

function parseStatus(text: string): KubeStatus {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as KubeStatus) : { message: text.slice(0, 200) };
  } catch {
    return { message: text.slice(0, 200) };
  }
}
