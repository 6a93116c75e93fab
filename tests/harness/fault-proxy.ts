import { type ClientRequest, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** One request of an operator. */
export type ProxiedRequest = {
  readonly method: string;
  readonly path: string;
  readonly isWatch: boolean;
  readonly authorization: string;
};

/** What happens to a request instead of being passed on as it is. */
export type Reaction =
  | { readonly type: 'answer'; readonly code: number; readonly retryAfterSeconds?: number }
  | { readonly type: 'delay'; readonly ms: number };

/** Decides about every request; nothing means that it is passed on. */
export type Fault = (request: ProxiedRequest) => Reaction | undefined;

export type FaultProxyOptions = {
  /** The URL of the API server. */
  readonly server: string;
  readonly ca: string;
  /** What the proxy shows to its clients, PEM. */
  readonly identity: Identity;
};

export type Identity = { readonly cert: string; readonly key: string };

/**
 * Stands between an operator and the API server, as a load balancer that ends TLS does, and fails as those do: it
 * answers errors, takes its time, breaks off in the middle of a line, or falls silent with its connections open.
 * Counts what it has done, so that a test goes on when a fault has been felt and not when time has passed.
 */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #agent: Agent;
  readonly #server;
  readonly #sockets = new Set<Socket>();
  /** Connections that stay open and on which nothing arrives any more, in either direction. */
  readonly #silent = new WeakSet<Socket>();
  #mode: 'passing' | 'refusing' | 'silencing' | 'breaking' = 'passing';
  #fault: Fault = () => undefined;
  #felt = 0;
  #calls = 0;
  #mostCalls = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, ca: options.ca });
    this.#server = createServer({ ...options.identity }, (request, response) => this.#take(request, response));
    this.#server.on('connection', (socket: Socket) => {
      if (this.#mode === 'refusing') {
        this.#felt += 1;
        socket.destroy();
      }
    });
    this.#server.on('secureConnection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
      if (this.#mode === 'silencing') {
        this.#silent.add(socket);
      }
    });
  }

  /** Listens on a free port of loopback and resolves to the URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a string only for pipes
  }

  /** How often a request or a line has been spoilt since the fault began. */
  get felt(): number {
    return this.#felt;
  }

  /** The most calls that were ever under way at the same time, watches aside. */
  get mostCalls(): number {
    return this.#mostCalls;
  }

  /** Requests meet a fault from now on. */
  inflict(fault: Fault): void {
    this.#felt = 0;
    this.#fault = fault;
  }

  /** Ends every connection and refuses new ones. */
  cut(): void {
    this.#begin('refusing');
    this.#dropAll();
  }

  /** Swallows all bytes on the connections there are and on new ones, which stay open. */
  silence(): void {
    this.#begin('silencing');
    for (const socket of this.#sockets) {
      this.#silent.add(socket);
    }
  }

  /** Lets half of each piece of a watch through and breaks the connection off. */
  breakLines(): void {
    this.#begin('breaking');
  }

  /** From now on all is well, except that silent connections stay silent for ever. */
  heal(): void {
    this.#mode = 'passing';
    this.#fault = () => undefined;
  }

  /** Shows another certificate to whoever connects from now on, and ends the connections there are. */
  show(identity: Identity): void {
    this.#felt = 0;
    this.#server.setSecureContext({ ...identity });
    this.#server.on('tlsClientError', () => {
      this.#felt += 1;
    });
    this.#dropAll();
  }

  async close(): Promise<void> {
    this.#dropAll();
    this.#agent.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #begin(mode: 'refusing' | 'silencing' | 'breaking'): void {
    this.#felt = 0;
    this.#mode = mode;
  }

  #dropAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    if (this.#silent.has(request.socket)) {
      this.#felt += 1;
      return;
    }
    const { method = 'GET', url: path = '/', headers } = request;
    const isWatch = new URL(path, this.#options.server).searchParams.get('watch') === 'true';
    const reaction = this.#fault({ method, path, isWatch, authorization: headers.authorization ?? '' });
    if (!isWatch) {
      this.#count(response);
    }
    if (reaction) {
      this.#felt += 1;
    }
    if (reaction?.type === 'answer') {
      request.resume();
      answer(response, reaction);
    } else if (reaction?.type === 'delay') {
      setTimeout(() => this.#forward(request, response), reaction.ms);
    } else {
      this.#forward(request, response);
    }
  }

  #count(response: ServerResponse): void {
    this.#calls += 1;
    this.#mostCalls = Math.max(this.#mostCalls, this.#calls);
    response.once('close', () => {
      this.#calls -= 1;
    });
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const upstream = this.#ask(request);
    upstream.on('error', () => response.destroy());
    upstream.on('response', (answered) => {
      response.writeHead(answered.statusCode ?? 502, answered.headers);
      response.flushHeaders();
      answered.on('data', (chunk: Buffer) => this.#pass(chunk, request, response));
      answered.on('end', () => this.#finish(request, response));
      answered.on('error', () => response.destroy());
    });
    response.once('close', () => upstream.destroy());
    request.pipe(upstream);
  }

  #ask(request: IncomingMessage): ClientRequest {
    const url = new URL(request.url ?? '/', this.#options.server);
    const { method = 'GET', headers } = request;
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    return send(url, { method, headers: { ...headers, host: url.host }, agent: this.#agent });
  }

  #pass(chunk: Buffer, request: IncomingMessage, response: ServerResponse): void {
    if (this.#silent.has(request.socket)) {
      this.#felt += 1;
    } else if (this.#mode === 'breaking' && request.url?.includes('watch=true')) {
      this.#felt += 1;
      response.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => response.destroy());
    } else {
      response.write(chunk);
    }
  }

  #finish(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#silent.has(request.socket)) {
      response.end();
    }
  }
}

function answer(response: ServerResponse, { code, retryAfterSeconds }: Reaction & { type: 'answer' }): void {
  const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  response.writeHead(code, { 'content-type': 'application/json', ...retryAfter });
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message: 'a fault' }));
}
