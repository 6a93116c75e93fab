import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the endpoints answer with. */
export type HealthSources = {
  /** What keeps the process from being ready; empty when it is. */
  readonly unready: () => readonly string[];
  readonly metrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
};

/**
 * The HTTP endpoints for kubelet and Prometheus: `/healthz` (the event loop turns), `/readyz` (every cache is filled;
 * otherwise 503 and what is missing, one line each) and `/metrics`.
 */
export class HealthServer {
  readonly #server: Server;

  constructor(sources: HealthSources) {
    this.#server = createServer((request, response) => {
      answer(request.url ?? '/', sources, response).catch((error: unknown) => {
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

async function answer(url: string, sources: HealthSources, response: ServerResponse): Promise<void> {
  switch (url.split('?')[0]) {
    case '/healthz':
      return send(response, { code: 200, body: 'ok' });
    case '/readyz': {
      const missing = sources.unready();
      return send(response, { code: missing.length > 0 ? 503 : 200, body: missing.join('\n') || 'ok' });
    }
    case '/metrics':
      return send(response, { code: 200, ...(await sources.metrics()) });
    default:
      return send(response, { code: 404, body: 'not found: try /healthz, /readyz or /metrics' });
  }
}

function send(response: ServerResponse, answered: { code: number; body: string; contentType?: string }): void {
  response.writeHead(answered.code, { 'content-type': answered.contentType ?? 'text/plain; charset=utf-8' });
  response.end(`${answered.body.trimEnd()}\n`);
}
