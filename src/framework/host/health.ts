import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Who is answered: processes of the same machine or pod, everybody who reaches the port, or nobody. */
export type ExplainAccess = 'loopback' | 'cluster' | 'off';

/** An answer as it goes out. */
export type Answer = { readonly code: number; readonly body: string; readonly contentType?: string };

/** What the endpoints answer with. */
export type HealthSources = {
  /** Why objects run; unlike the others it names objects. */
  readonly explain?: { readonly access: ExplainAccess; readonly answer: (query: URLSearchParams) => Answer };
  /** What keeps the process from being ready; empty when it is. */
  readonly unready: () => readonly string[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
};

/**
 * The HTTP endpoints for kubelet and Prometheus: `/healthz` (the event loop turns), `/readyz` (every cache is filled;
 * otherwise 503 and what is missing, one line each) and `/metrics`. And for people `/debug/explain`, which names objects
 * and is therefore answered to processes of the same pod only, unless said otherwise.
 */
export class HealthServer {
  readonly #server: Server;

  constructor(sources: HealthSources) {
    this.#server = createServer((request, response) => {
      answer(request, sources, response).catch((error: unknown) => {
        send(response, { code: 500, body: String(error) });
      });
    });
  }

  /** Listens on a port of all addresses; 0 takes a free one. Resolves to the port. */
  async listen(port: number): Promise<number> {
    const listening = Promise.withResolvers<void>();
    this.#server.once('error', listening.reject);
    this.#server.listen(port, () => listening.resolve());
    await listening.promise;
    // An address is a string only for pipes, and this server listens on a port.
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function answer(request: IncomingMessage, sources: HealthSources, response: ServerResponse): Promise<void> {
  const [path, query] = (request.url ?? '/').split('?');
  switch (path) {
    case '/healthz':
      return send(response, { code: 200, body: 'ok' });
    case '/readyz': {
      const missing = sources.unready();
      return send(response, { code: missing.length > 0 ? 503 : 200, body: missing.join('\n') || 'ok' });
    }
    case '/metrics':
      return send(response, { code: 200, ...(await sources.metrics()) });
    case '/debug/explain':
      return send(response, explanation(sources, new URLSearchParams(query), request.socket.remoteAddress ?? ''));
    default:
      return send(response, { code: 404, body: 'not found: try /healthz, /readyz or /metrics' });
  }
}

function explanation({ explain }: HealthSources, query: URLSearchParams, asker: string): Answer {
  const access = explain?.access ?? 'off';
  if (!explain || access === 'off') {
    return { code: 404, body: 'explanations are switched off (HEARTH_EXPLAIN)' };
  }
  return access === 'cluster' || /^(?:127\.|::1$|::ffff:127\.)/.test(asker)
    ? explain.answer(query)
    : { code: 403, body: 'explanations are only for processes of the same pod (HEARTH_EXPLAIN)' };
}

function send(response: ServerResponse, answered: Answer): void {
  response.writeHead(answered.code, { 'content-type': answered.contentType ?? 'text/plain; charset=utf-8' });
  response.end(`${answered.body.trimEnd()}\n`);
}
