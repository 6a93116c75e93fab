import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext } from 'node:tls';

/** What a TLS connection to the server takes. */
export type TlsOptions = {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
};

/** Where connections lead and what they are made with. */
export type ConnectionOptions = {
  /** The server's base URL. */
  readonly server: string;
  readonly tls: TlsOptions;
  /** The proxy on the way, of HTTP or HTTPS. */
  readonly proxy?: string | undefined;
  /** How many there may be at once. */
  readonly limit: number;
};

/** Where requests go, as Node's client takes it; `prefix` stands before every path. */
export type Endpoint = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: string;
  readonly prefix: string;
};

/** Connections to one server. */
export type Connections = { readonly endpoint: Endpoint; readonly agent: HttpAgent };

const CONNECT_TIMEOUT_MS = 10_000;

/** Shorter than the API server keeps a connection on which nothing is asked (90 s), so that it is never just closing one. */
const IDLE_MS = 60_000;

/** A dead peer is noticed although nobody sends anything. */
const PROBE_AFTER_MS = 30_000;

type Created = Parameters<HttpAgent['createConnection']>[1];

/** Ends an attempt to connect that takes too long; a request would otherwise wait for as long as the system does. */
function impatient(socket: Duplex | null | undefined, event: 'connect' | 'secureConnect'): void {
  if (!socket || !(socket as Socket).connecting) {
    return;
  }
  const error = new Error(`no connection in ${CONNECT_TIMEOUT_MS} ms`);
  const timer = setTimeout(() => socket.destroy(error), CONNECT_TIMEOUT_MS).unref();
  const end = () => clearTimeout(timer);
  socket.once(event, end);
  socket.once('close', end);
}

/** Every request of an agent has the same options, of which Node would otherwise write a name for each. */
const ONE_SERVER = 'server';

class PlainAgent extends HttpAgent {
  override createConnection(options: Parameters<HttpAgent['createConnection']>[0], created: Created) {
    const socket = super.createConnection(options, created);
    impatient(socket, 'connect');
    return socket;
  }

  override getName(): string {
    return ONE_SERVER;
  }
}

class TlsAgent extends HttpsAgent {
  override createConnection(options: Parameters<HttpsAgent['createConnection']>[0], created: Created) {
    const socket = super.createConnection(options, created);
    impatient(socket, 'secureConnect');
    return socket;
  }

  override getName(): string {
    return ONE_SERVER;
  }
}

/**
 * Connections that are kept and used again. HTTP/1.1: the server allows 100 streams per HTTP/2 connection, and a watch
 * holds one for minutes. Certificates are read once, not for every connection, which would also keep a copy each.
 */
export function createConnections({ server, tls, proxy, limit }: ConnectionOptions): Connections {
  const { ca, cert, key, ...others } = tls;
  const options: AgentOptions = {
    keepAlive: true,
    keepAliveMsecs: PROBE_AFTER_MS,
    timeout: IDLE_MS,
    maxSockets: limit,
    ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
  };
  const endpoint = endpointOf(server);
  const agent =
    endpoint.protocol === 'http:'
      ? new PlainAgent(options)
      : new TlsAgent({ ...options, ...others, secureContext: createSecureContext({ ca, cert, key }) });
  return { endpoint, agent };
}

function endpointOf(server: string): Endpoint {
  const { protocol, hostname, port, pathname } = new URL(server);
  const host = hostname.replace(/^\[(.*)\]$/, '$1'); // of IPv6, which stands in brackets in a URL only
  return { protocol, hostname: host, prefix: pathname.replace(/\/+$/, ''), ...(port === '' ? {} : { port }) };
}

/** Lets what runs on the connections end, after which nothing of them is left. */
export function retire({ agent }: Connections): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
    socket.destroy();
  }
}
