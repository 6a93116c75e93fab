import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { TlsOptions } from '../api/credentials.ts';

/** The Lease that replicas compete for. */
export type LeaseName = { readonly namespace: string; readonly name: string };

/** The parts of a `coordination.k8s.io/v1` Lease that count. */
export type Lease = {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
};

/** How to reach the API server and be known there; plain data that passes between threads. */
export type Access = {
  readonly server: string;
  readonly proxy?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
};

/** Where credentials come from: asked before every request, and told when the server does not accept them. */
export type AccessSource = { get(): Promise<Access>; refuse(): void };

type Call = { readonly method: string; readonly path: string; readonly body?: string; readonly timeoutMs: number };

type Answer = { readonly code: number; readonly text: string };

/** The API server did not do what it was asked; `code` is 0 when it did not answer. */
export class LeaseRequestError extends Error {
  override readonly name = 'LeaseRequestError';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/**
 * Reads and writes one Lease over one connection of its own, with nothing but Node: the thread that renews is to be
 * small, and to wait for nobody else's requests.
 */
export class LeaseClient {
  readonly #lease: LeaseName;
  readonly #access: AccessSource;
  #agent: { readonly made: string; readonly agent: HttpAgent } | undefined;

  constructor(lease: LeaseName, access: AccessSource) {
    this.#lease = lease;
    this.#access = access;
  }

  /** The Lease, or `undefined` when there is none. @throws LeaseRequestError */
  async read(timeoutMs: number): Promise<Lease | undefined> {
    const answer = await this.#send({ method: 'GET', path: this.#path(this.#lease.name), timeoutMs });
    return answer.code === 404 ? undefined : leaseIn(answer);
  }

  /**
   * Writes the Lease. The version in its metadata makes the server refuse when somebody else wrote since it was read.
   * @returns it as it is now, or `undefined` when somebody was faster.
   * @throws LeaseRequestError
   */
  async write(lease: Lease, timeoutMs: number): Promise<Lease | undefined> {
    const exists = lease.metadata.resourceVersion !== undefined;
    const answer = await this.#send({
      method: exists ? 'PUT' : 'POST',
      path: this.#path(exists ? this.#lease.name : undefined),
      body: JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...lease }),
      timeoutMs,
    });
    return answer.code === 409 || (exists && answer.code === 404) ? undefined : leaseIn(answer);
  }

  async #send(call: Call): Promise<Answer> {
    const access = await this.#access.get();
    const answer = await this.#exchange(call, access);
    if (answer.code === 401) {
      this.#access.refuse();
    }
    return answer;
  }

  async #exchange(call: Call, access: Access): Promise<Answer> {
    const url = new URL(access.server + call.path);
    const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
    const headers = {
      ...access.headers,
      accept: 'application/json',
      'user-agent': 'hearth-lease',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const signal = AbortSignal.timeout(call.timeoutMs);
    return await new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new LeaseRequestError(`${call.method} ${call.path}: ${error.message}`, 0));
      const agent = this.#agentFor(access, url);
      const request = send(url, { method: call.method, headers, agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () =>
          resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      request.once('error', fail);
      request.end(call.body);
    });
  }

  /** One connection, kept; a new one when certificates have changed. */
  #agentFor(access: Access, url: URL): HttpAgent {
    const made = JSON.stringify(access.tls);
    if (this.#agent?.made !== made) {
      this.#agent?.agent.destroy();
      this.#agent = { made, agent: createAgent(access, url) };
    }
    return this.#agent.agent;
  }

  #path(name?: string): string {
    const collection = `/apis/coordination.k8s.io/v1/namespaces/${this.#lease.namespace}/leases`;
    return name === undefined ? collection : `${collection}/${name}`;
  }
}

function createAgent({ tls, proxy }: Access, url: URL): HttpAgent {
  const kept = { keepAlive: true, maxSockets: 1 };
  const proxyEnv = proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } };
  if (url.protocol === 'http:') {
    return new HttpAgent({ ...kept, ...proxyEnv });
  }
  // Buffers come out of another thread as plain bytes, which TLS takes as they are.
  return new HttpsAgent({ ...kept, ...proxyEnv, ...tls } as AgentOptions);
}

function leaseIn({ code, text }: Answer): Lease {
  if (code >= 400 || code === 0) {
    throw new LeaseRequestError(`the API server answered ${code}: ${text.slice(0, 200)}`, code);
  }
  return JSON.parse(text) as Lease;
}
