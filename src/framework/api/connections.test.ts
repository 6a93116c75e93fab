import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createConnections } from './connections.ts';
import { type Exchange, exchange, textOf } from './exchange.ts';

const directory = mkdtempSync(join(tmpdir(), 'hearth-connections-'));
const keyFile = join(directory, 'key.pem');
const certFile = join(directory, 'cert.pem');
const closers: (() => unknown)[] = [];

beforeAll(() => {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, ...files], { stdio: 'pipe' });
});

afterAll(() => rmSync(directory, { recursive: true }));

afterEach(() => {
  for (const close of closers.splice(0).reverse()) {
    close();
  }
});

/** Listens on loopback until the test ends. */
async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  return (server.address() as AddressInfo).port; // a string only for pipes
}

/** A server that remembers what it was asked. */
async function serve(scheme: 'http' | 'https') {
  const seen: string[] = [];
  const answer: Parameters<typeof createServer>[1] = (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.end('hello');
  };
  const tls = { key: readFileSync(keyFile), cert: readFileSync(certFile) };
  const port = await listen(scheme === 'http' ? createServer(answer) : createTlsServer(tls, answer));
  return { url: `${scheme}://127.0.0.1:${port}`, port, seen };
}

function get(server: string, options: { proxy?: string; holdBack?: Exchange['holdBack'] } = {}) {
  const tls = { ca: readFileSync(certFile) };
  const connections = createConnections({ server, tls, proxy: options.proxy, limit: 1 });
  closers.push(() => connections.agent.destroy());
  const call = { method: 'GET', path: '/x', headers: {}, body: undefined, patienceMs: 10_000 };
  return exchange({ ...call, connections, holdBack: options.holdBack });
}

test.each(['http', 'https'] as const)('a server of %s is reached through a proxy', async (scheme) => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void get(new URL(request.url ?? '').origin).then((answer) => answer.pipe(response));
  });
  proxy.on('connect', (request, client: Socket) => {
    asked.push(`${request.method} ${request.url}`);
    const [host, port] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    onward.on('error', () => undefined).pipe(client);
    client.pipe(onward);
  });
  const way = `http://127.0.0.1:${await listen(proxy)}`;
  const { url, port, seen } = await serve(scheme);
  expect(await textOf(await get(url, { proxy: way }))).toBe('hello');
  expect(seen).toEqual(['GET /x']);
  expect(asked).toEqual([scheme === 'https' ? `CONNECT 127.0.0.1:${port}` : `GET ${url}/x`]);
});

test('what must not leave any more when the handshake is done does not leave', async () => {
  const { port, seen } = await serve('https');
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const slow = createTcpServer((client) => {
    begun.resolve();
    const onward = connect(port, '127.0.0.1').on('error', () => undefined);
    onward.pipe(client);
    void go.promise.then(() => client.pipe(onward));
  });
  const url = `https://127.0.0.1:${await listen(slow)}`;
  let mayLeave = true;
  const late = get(url, { holdBack: () => (mayLeave ? undefined : new Error('held back')) });
  const refused = expect(late).rejects.toThrow('held back');
  await begun.promise;
  mayLeave = false;
  go.resolve();
  await refused;
  mayLeave = true;
  expect(await textOf(await get(url, { holdBack: () => undefined }))).toBe('hello');
  expect(seen).toHaveLength(1);
});
