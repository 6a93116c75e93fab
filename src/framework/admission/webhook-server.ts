import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../api/errors.ts';
import type { Logger } from '../observe/logger.ts';
import type { AnsweredCall } from '../observe/webhook-metrics.ts';
import type { ConversionRequest, ConversionResponse } from './conversion.ts';
import type { AdmissionRequest, AdmissionResponse } from './review.ts';
import type { Identity } from './rotation.ts';

/** What the server answers with, by the path that is asked. */
export type WebhookAnswers = {
  readonly validate: (request: AdmissionRequest) => AdmissionResponse;
  readonly mutate: (request: AdmissionRequest) => AdmissionResponse;
  readonly convert: (request: ConversionRequest) => ConversionResponse;
};

export type WebhookServerOptions = {
  readonly answers: WebhookAnswers;
  readonly logger: Logger;
  /** Told of every call of one of the paths. */
  readonly observe: (call: AnsweredCall) => void;
};

/** How long a caller may take to send its request; the API server gives up earlier. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * The API server ends connections that it does not use after 90 s. Were we the first, a call that is just on its way
 * would be lost.
 */
const KEEP_ALIVE_MS = 120_000;

/** How long calls that are under way may take when the server ends. */
const CLOSE_MS = 2_000;

/** An object has at most 3 MiB; a conversion may bring a page of them. */
const BODY_LIMIT_BYTES = 64 * 1024 * 1024;

/** A request that cannot be answered, with the status that says why. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The HTTPS server that the API server calls. Its certificate can be exchanged while it runs. */
export class WebhookServer {
  readonly #options: WebhookServerOptions;
  readonly #answers: Readonly<Record<string, ((message: IncomingMessage) => Promise<unknown>) | undefined>>;
  #server: Server | undefined;

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    const { validate, mutate, convert } = options.answers;
    this.#answers = {
      '/validate': (message) => reviewed(message, validate),
      '/mutate': (message) => reviewed(message, mutate),
      '/convert': (message) => reviewed(message, convert),
    };
  }

  /** Listens on a port of all addresses; 0 takes a free one. Resolves to the port. */
  async listen(port: number, { certificate, key }: Identity): Promise<number> {
    const times = { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS };
    const options = { cert: certificate, key, minVersion: 'TLSv1.2', ...times } as const;
    const server = createServer(options, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => this.#fail(response, error));
    });
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen(port, () => listening.resolve());
    await listening.promise;
    this.#server = server;
    // An address is a string only for pipes, and this server listens on a port.
    return (server.address() as AddressInfo).port;
  }

  /** What new connections are shown from now on; those that are open go on. */
  identify({ certificate, key }: Identity): void {
    this.#server?.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
  }

  /** Ends; what is under way may be answered within a moment. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server) {
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      clearTimeout(timer);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '/').split('?');
    const answer = this.#answers[path];
    if (!answer) {
      throw new Refusal(404, `not found: there are ${Object.keys(this.#answers).join(', ')}`);
    }
    const started = performance.now();
    response.once('finish', () => {
      this.#options.observe({ path, code: response.statusCode, durationMs: performance.now() - started });
    });
    send(response, await answer(request));
  }

  #fail(response: ServerResponse, error: unknown): void {
    const code = error instanceof Refusal ? error.code : 500;
    this.#options.logger.warn('a call of the webhook cannot be answered', { code, error: messageOf(error) });
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
    response.end(`${messageOf(error)}\n`);
  }
}

/** A review in its envelope: the answer goes back in one of the same kind. */
async function reviewed<T>(message: IncomingMessage, answer: (request: T) => unknown): Promise<unknown> {
  const { apiVersion, kind, request } = await envelopeIn(message);
  if (typeof request !== 'object' || request === null) {
    throw new Refusal(400, 'the body is no review with a request');
  }
  return { apiVersion, kind, response: answer(request as T) };
}

type Envelope = { readonly apiVersion?: unknown; readonly kind?: unknown; readonly request?: unknown };

/** What the body says; nothing when it is no JSON. */
async function envelopeIn(message: IncomingMessage): Promise<Envelope> {
  const body = await bodyOf(message);
  try {
    return (JSON.parse(body) as Envelope | null) ?? {};
  } catch {
    return {};
  }
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) {
      throw new Refusal(413, `the body has more than ${BODY_LIMIT_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, answer: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
}
