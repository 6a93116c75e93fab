import { type Connections, createConnections, type TlsOptions } from '../api/connections.ts';
import { messageOf } from '../api/errors.ts';
import { exchange, textOf } from '../api/exchange.ts';

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

  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code: number }) {
    super(message, options);
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
  #connection: { readonly made: string; readonly connections: Connections } | undefined;

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
    const { method, path, body, timeoutMs } = call;
    const headers = {
      ...access.headers,
      accept: 'application/json',
      'user-agent': 'hearth-lease',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const answer = await exchange({
        path,
        method,
        headers,
        body,
        connections: this.#connectionFor(access),
        timeoutMs,
      });
      return { code: answer.statusCode ?? 0, text: await textOf(answer) };
    } catch (error) {
      throw new LeaseRequestError(`${method} ${path}: ${messageOf(error)}`, { code: 0, cause: error });
    }
  }

  /** One connection, kept; a new one when certificates have changed. */
  #connectionFor({ server, proxy, tls }: Access): Connections {
    const made = JSON.stringify(tls);
    if (this.#connection?.made !== made) {
      this.#connection?.connections.agent.destroy();
      this.#connection = { made, connections: createConnections({ server, proxy, tls, limit: 1 }) };
    }
    return this.#connection.connections;
  }

  #path(name?: string): string {
    const collection = `/apis/coordination.k8s.io/v1/namespaces/${this.#lease.namespace}/leases`;
    return name === undefined ? collection : `${collection}/${name}`;
  }
}

function leaseIn({ code, text }: Answer): Lease {
  if (code >= 400 || code === 0) {
    throw new LeaseRequestError(`the API server answered ${code}: ${text.slice(0, 200)}`, { code });
  }
  return JSON.parse(text) as Lease;
}
