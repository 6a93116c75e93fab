import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { type Connections, createConnections, retire, type TlsOptions } from './connections.ts';

/** How long resolved credentials are used before the kubeconfig is asked again, for what is in no file. */
const CREDENTIALS_TTL_MS = 30_000;

/** What one request needs to reach the server and be known there. */
export type Credentials = {
  readonly headers: Readonly<Record<string, string>>;
  /** For who makes connections of its own. */
  readonly tls: TlsOptions;
  /** For ordinary calls: a few connections, kept alive. */
  readonly calls: Connections;
  /** For watches: as many connections as there are watches, no limit on their duration. */
  readonly watches: Connections;
};

type Pools = Pick<Credentials, 'calls' | 'watches'>;

/** How many ordinary calls there are at once; the others stand in line. */
const CALLS = 8;

/**
 * Turns a kubeconfig into headers and pooled connections.
 *
 * client-node makes a new TLS connection per request, so the connections are ours: one pool for calls and one for
 * watches per set of TLS material. When certificates rotate, the next request gets new pools and the old ones drain.
 *
 * The files of a ServiceAccount are looked at before every request, which costs microseconds: whoever rotates a token or
 * an authority may do so at any time, and the next request is right.
 */
export class CredentialSource {
  readonly #kubeConfig: KubeConfig;
  readonly #cluster: Cluster;
  #pools: { readonly fingerprint: string; readonly pools: Pools } | undefined;
  #current:
    | { readonly credentials: Promise<Credentials>; readonly expires: number; readonly files: string }
    | undefined;

  /** @throws Error when the kubeconfig names no cluster. */
  constructor(kubeConfig: KubeConfig) {
    const cluster = kubeConfig.getCurrentCluster();
    if (!cluster) {
      throw new Error('The kubeconfig has no current cluster: set KUBECONFIG, or choose a context in it');
    }
    this.#kubeConfig = kubeConfig;
    this.#cluster = cluster;
  }

  /** The server's base URL without a trailing slash. */
  get server(): string {
    return this.#cluster.server.replace(/\/+$/, '');
  }

  /** The proxy on the way to the server, if there is one. */
  get proxy(): string | undefined {
    return this.#cluster.proxyUrl;
  }

  /** The credentials to use now. */
  async current(): Promise<Credentials> {
    const user = this.#kubeConfig.getCurrentUser();
    const files = stateOf([tokenFileOf(user), this.#cluster.caFile, user?.certFile, user?.keyFile]);
    if (!this.#current || this.#current.expires <= Date.now() || this.#current.files !== files) {
      this.#current = { credentials: this.#resolve(user), expires: Date.now() + CREDENTIALS_TTL_MS, files };
    }
    const asked = this.#current;
    try {
      return await asked.credentials;
    } catch (error) {
      if (this.#current === asked) {
        this.invalidate();
      }
      throw error;
    }
  }

  /** Forgets what was resolved: the server answered that it does not know us. */
  invalidate(): void {
    this.#current = undefined;
  }

  /** Closes every connection. */
  close(): void {
    const pools = this.#pools?.pools;
    this.#pools = undefined;
    pools?.calls.agent.destroy();
    pools?.watches.agent.destroy();
  }

  async #resolve(user: User | null): Promise<Credentials> {
    const options: RequestOptions = {};
    await this.#kubeConfig.applyToHTTPSOptions(options);
    const tokenFile = tokenFileOf(user);
    // client-node would give out what it read up to a minute ago.
    const token = tokenFile && (await readFile(tokenFile, 'utf8')).trim();
    const headers = { ...headersOf(options), ...(token ? { authorization: `Bearer ${token}` } : {}) };
    return { headers, tls: tlsOf(options), ...this.#poolsFor(options) };
  }

  #poolsFor(options: RequestOptions): Pools {
    const tls = tlsOf(options);
    const fingerprint = createHash('sha256').update(JSON.stringify(tls)).digest('base64');
    if (this.#pools?.fingerprint === fingerprint) {
      return this.#pools.pools;
    }
    const previous = this.#pools?.pools;
    const pools = this.#createPools(tls);
    this.#pools = { fingerprint, pools };
    // Running requests and watches finish on the old connections; nobody starts a new one there.
    for (const connections of [previous?.calls, previous?.watches]) {
      if (connections) {
        retire(connections);
      }
    }
    return pools;
  }

  #createPools(tls: TlsOptions): Pools {
    const proxy = this.#cluster.proxyUrl;
    if (proxy?.startsWith('socks')) {
      throw new Error(`The kubeconfig asks for the proxy ${proxy}: only http and https proxies are supported`);
    }
    const common = { server: this.server, tls, proxy };
    return {
      calls: createConnections({ ...common, limit: CALLS }),
      watches: createConnections({ ...common, limit: Number.POSITIVE_INFINITY }),
    };
  }
}

/** The file that holds a ServiceAccount's token, where there is one. */
function tokenFileOf(user: User | null): string | undefined {
  const file: unknown = user?.authProvider?.config?.['tokenFile'];
  return typeof file === 'string' ? file : undefined;
}

/** Tells two states of some files apart. A volume replaces them by renaming a folder, so the inode counts too. */
function stateOf(files: readonly (string | undefined)[]): string {
  return files
    .filter((file) => file !== undefined)
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false });
      return stat ? `${stat.ino} ${stat.mtimeMs} ${stat.size}` : 'missing';
    })
    .join();
}

/** The TLS part of what client-node resolved, without what it left undefined. */
function tlsOf(options: RequestOptions): TlsOptions {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const entries = Object.entries({ ca, cert, key, servername, rejectUnauthorized });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    headers[name.toLowerCase()] = String(value);
  }
  if (options.auth) {
    headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  return headers;
}
