import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { CredentialSource, type Credentials } from './credentials.ts';
import { ApiError, TransportError } from './errors.ts';
import { discard, exchange } from './exchange.ts';
import { type ApiRequest, type RequestObserver, Transport } from './transport.ts';

type Seen = { method: string; url: string; headers: Record<string, unknown>; body: string };

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) {
    await close();
  }
});

/** Listens on loopback, counts connections, and is closed after the test. */
async function listen(server: Server): Promise<{ port: number; connections: Set<Socket> }> {
  const connections = new Set<Socket>();
  server.on(server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of connections) {
      socket.destroy();
    }
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

/** A plain HTTP server that remembers what it was asked. */
async function serve(answer: RequestListener) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  const { port, connections } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, seen, connections };
}

type Access = { server: string; user?: Record<string, string>; cluster?: Record<string, string | boolean> };

function kubeConfigFor({ server, user = {}, cluster = {} }: Access): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: 'c', server, skipTLSVerify: server.startsWith('http:'), ...cluster }],
    users: [{ name: 'u', ...user }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return kubeConfig;
}

function transportTo(access: Access, observe?: RequestObserver): Transport {
  const transport = new Transport(kubeConfigFor(access), observe ? { observe } : {});
  closers.push(async () => transport.close());
  return transport;
}

const json =
  (value: unknown, code = 200, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

/** Reads to the end. */
async function drain(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
  }
  return length;
}

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it was to fail'),
    (error: unknown) => error,
  );

describe('a request', () => {
  test('sends a body as JSON with its headers and query, and returns the parsed answer whole', async () => {
    const { url, seen } = await serve(json({ kind: 'X', newerThanAnyModel: { a: [1] } }));
    const transport = transportTo({ server: `${url}/`, user: { token: 'secret-token' } });
    const request: ApiRequest = {
      method: 'PATCH',
      path: '/api/v1/namespaces/a/secrets/b',
      query: { fieldManager: 'hearth', force: true, limit: 5, continue: undefined, labelSelector: 'a in (b,c)' },
      body: { x: 'é', gone: undefined },
      contentType: 'application/apply-patch+yaml',
    };
    expect(await transport.request(request)).toEqual({ kind: 'X', newerThanAnyModel: { a: [1] } });
    const query = 'fieldManager=hearth&force=true&limit=5&labelSelector=a%20in%20(b%2Cc)';
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'PATCH',
      url: `/api/v1/namespaces/a/secrets/b?${query}`,
      body: '{"x":"é"}',
      headers: {
        authorization: 'Bearer secret-token',
        'content-type': 'application/apply-patch+yaml',
        accept: 'application/json',
        'user-agent': 'hearth',
      },
    });
    expect(transport.server).toBe(url);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    '%s has its body, and the next one its connection',
    async (method) => {
      const { url, seen, connections } = await serve(json({}));
      const transport = transportTo({ server: url });
      await transport.request({ method, path: '/x', body: { preconditions: { uid: 'ü' } } });
      await transport.request({ path: '/y' });
      expect(seen.map(({ body }) => body)).toEqual(['{"preconditions":{"uid":"ü"}}', '']);
      expect(connections.size).toBe(1);
    },
  );

  test('without a body is a GET without a content type', async () => {
    const { url, seen } = await serve(json([]));
    await transportTo({ server: url }).request({ path: '/api', accept: 'application/json;as=Table' });
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api', headers: { accept: 'application/json;as=Table' } });
    expect(seen[0]?.headers).not.toHaveProperty('content-type');
  });

  test('in series, fifty of them share a connection', async () => {
    const { url, connections, seen } = await serve(json({}));
    const transport = transportTo({ server: url });
    for (let i = 0; i < 50; i++) {
      await transport.request({ path: `/${i}` });
    }
    expect(seen).toHaveLength(50);
    expect(connections.size).toBe(1);
  });

  test('at once, fifty of them share eight connections', async () => {
    const { url, connections, seen } = await serve(json({}));
    const transport = transportTo({ server: url });
    await Promise.all(Array.from({ length: 50 }, (_, i) => transport.request({ path: `/${i}` })));
    expect(seen).toHaveLength(50);
    expect(connections.size).toBeLessThanOrEqual(8);
  });

  test('is told to the observer with its method and status code, failed ones too', async () => {
    const observed: unknown[] = [];
    const { url } = await serve((request, response) => json({}, request.url === '/no' ? 404 : 200)(request, response));
    const transport = transportTo({ server: url }, ({ method, code, durationMs }) => {
      observed.push([method, code, durationMs >= 0]);
    });
    await transport.request({ path: '/yes', method: 'POST', body: {} });
    await caught(transport.request({ path: '/no' }));
    expect(observed).toEqual([
      ['POST', 200, true],
      ['GET', 404, true],
    ]);
  });
});

describe('errors', () => {
  test('a Status that the server answers with becomes an ApiError', async () => {
    const status = { kind: 'Status', status: 'Failure', reason: 'AlreadyExists', code: 409, message: 'it exists' };
    const { url } = await serve(json(status, 409));
    const error = await caught(transportTo({ server: url }).request({ method: 'POST', path: '/x', query: { a: 1 } }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'POST /x: it exists', status });
  });

  test.each<{ name: string; answer: RequestListener; message: string }>([
    {
      name: 'text',
      answer: (_request, response) => void response.writeHead(502).end('<html>bad gateway'),
      message: 'GET /x: <html>bad gateway',
    },
    { name: 'JSON that is no object', answer: json('nope', 502), message: 'GET /x: "nope"' },
    { name: 'JSON without a message', answer: json({ code: 418 }, 502), message: 'GET /x: HTTP 502' },
  ])(
    'an error answer of $name still says something, and its status code is that of HTTP',
    async ({ answer, message }) => {
      const { url } = await serve(answer);
      expect(await caught(transportTo({ server: url }).request({ path: '/x' }))).toMatchObject({ code: 502, message });
    },
  );

  test.each([
    { header: '7', status: {}, retryAfterMs: 7_000 },
    { header: '7', status: { details: { retryAfterSeconds: 3 } }, retryAfterMs: 3_000 },
    { header: 'Wed, 21 Oct 2026 07:28:00 GMT', status: {}, retryAfterMs: undefined },
  ])('Retry-After $header and $status ask to wait $retryAfterMs ms', async ({ header, status, retryAfterMs }) => {
    const { url } = await serve(json(status, 429, { 'retry-after': header }));
    const error = await caught(transportTo({ server: url }).request({ path: '/x' }));
    expect(error).toMatchObject({ code: 429, retryAfterMs });
  });

  test('a refused connection is a TransportError that says what was asked', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const error = await caught(transportTo({ server: `http://127.0.0.1:${port}` }).request({ path: '/x' }));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/^TransportError: GET \/x: .*ECONNREFUSED/);
  });

  test('an answer that breaks off is a TransportError', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":');
      setImmediate(() => response.destroy());
    });
    const error = await caught(transportTo({ server: url }).request({ path: '/x' }));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/^TransportError: GET \/x: /);
  });

  test('an answer that is no JSON is a TransportError that says what was asked', async () => {
    const { url } = await serve((_request, response) => void response.end('<html>a login page</html>'));
    expect(await caught(transportTo({ server: url }).request({ path: '/x' }))).toBeInstanceOf(TransportError);
  });

  test('a kubeconfig without a cluster says what to do', () => {
    expect(() => new Transport(new KubeConfig())).toThrow('The kubeconfig has no current cluster: set KUBECONFIG');
  });
});

describe('credentials', () => {
  test('after a 401 the request is sent once more with credentials asked for anew', async () => {
    const { url, seen } = await serve((request, response) =>
      json({}, request.headers.authorization === 'Bearer fresh' ? 200 : 401)(request, response),
    );
    const user = { token: 'stale' };
    const kubeConfig = kubeConfigFor({ server: url, user });
    const transport = new Transport(kubeConfig);
    closers.push(async () => transport.close());
    await caught(transport.request({ path: '/first' }));
    kubeConfig.users = [{ name: 'u', token: 'fresh' }];
    await transport.request({ path: '/second', method: 'POST', body: { a: 1 } });
    await transport.request({ path: '/third' });
    expect(seen.map(({ url: path, headers, body }) => [path, headers['authorization'], body])).toEqual([
      ['/first', 'Bearer stale', ''],
      ['/first', 'Bearer stale', ''],
      ['/second', 'Bearer stale', '{"a":1}'],
      ['/second', 'Bearer fresh', '{"a":1}'],
      ['/third', 'Bearer fresh', ''],
    ]);
  });

  test('a second 401 is an error, not a loop', async () => {
    const { url, seen } = await serve(json({ reason: 'Unauthorized' }, 401));
    const error = await caught(transportTo({ server: url }).request({ path: '/x' }));
    expect(error).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect(seen).toHaveLength(2);
  });

  test('name and password become a header', async () => {
    const { url, seen } = await serve(json({}));
    await transportTo({ server: url, user: { username: 'me', password: 'pw' } }).request({ path: '/x' });
    expect(seen[0]?.headers['authorization']).toBe(`Basic ${Buffer.from('me:pw').toString('base64')}`);
  });

  test('are asked for once by many requests', async () => {
    const kubeConfig = kubeConfigFor({ server: 'http://127.0.0.1:1', user: { token: 't' } });
    const source = new CredentialSource(kubeConfig);
    const all = await Promise.all([source.current(), source.current(), source.current()]);
    expect(new Set(all).size).toBe(1);
    source.invalidate();
    const anew = await source.current();
    expect(all).not.toContain(anew);
    expect(anew.calls).toBe(all[0]?.calls); // the same TLS material keeps its connections
    source.close();
  });

  test('that cannot be resolved at first are asked for again by the next request', async () => {
    const kubeConfig = kubeConfigFor({ server: 'http://127.0.0.1:1', user: { certFile: '/does/not/exist' } });
    const source = new CredentialSource(kubeConfig);
    await caught(source.current());
    kubeConfig.users = [{ name: 'u', token: 'fresh' }];
    expect((await source.current()).headers).toMatchObject({ authorization: 'Bearer fresh' });
    source.close();
  });

  test('a SOCKS proxy is refused with a reason', async () => {
    const access = { server: 'http://127.0.0.1:1', cluster: { proxyUrl: 'socks5://proxy:1080' } };
    expect(String(await caught(transportTo(access).request({ path: '/x' })))).toContain(
      'asks for the proxy socks5://proxy:1080: only http and https proxies are supported',
    );
  });
});

describe('aborting', () => {
  test('a call that is aborted ends with the abort, not with an error of the transport', async () => {
    const controller = new AbortController();
    const { url } = await serve(() => controller.abort());
    const error = await caught(transportTo({ server: url }).request({ path: '/x', signal: controller.signal }));
    expect(error).toMatchObject({ name: 'AbortError' });
  });

  test('a call that was aborted before it began sends nothing', async () => {
    const { url, seen } = await serve(json({}));
    const error = await caught(transportTo({ server: url }).request({ path: '/x', signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(seen).toHaveLength(0);
  });

  test('a call that is aborted while its answer arrives ends with the abort, too', async () => {
    const controller = new AbortController();
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":');
    });
    const onHeaders = () => void setImmediate(() => controller.abort());
    const error = await caught(
      transportTo({ server: url }, onHeaders).request({ path: '/x', signal: controller.signal }),
    );
    expect(error).toMatchObject({ name: 'AbortError' });
  });
});

describe('a stream', () => {
  const text = (chunk: Uint8Array | undefined) => new TextDecoder().decode(chunk);

  test('delivers each chunk when it comes and ends when the server ends it', async () => {
    const next = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { url, seen } = await serve(async (_request, response) => {
      response.write('one\n');
      await next[0]?.promise;
      response.write('two\n');
      await next[1]?.promise;
      response.end();
    });
    const bytes = await transportTo({ server: url }).stream({ path: '/x', query: { watch: true } });
    const chunks = bytes[Symbol.asyncIterator]();
    expect(text((await chunks.next()).value)).toBe('one\n');
    next[0]?.resolve();
    expect(text((await chunks.next()).value)).toBe('two\n');
    next[1]?.resolve();
    expect((await chunks.next()).done).toBe(true);
    expect(seen[0]?.url).toBe('/x?watch=true');
  });

  test('that the server refuses is an ApiError', async () => {
    const { url } = await serve(json({ reason: 'Expired', message: 'too old' }, 410));
    const error = await caught(transportTo({ server: url }).stream({ path: '/x' }));
    expect(error).toMatchObject({ code: 410, reason: 'Expired', message: 'GET /x: too old' });
  });

  test('does not hold up ordinary calls, however many there are', async () => {
    const { url } = await serve((request, response) =>
      request.url === '/watch' ? response.write('{}\n') : response.end('{}'),
    );
    const transport = transportTo({ server: url });
    await Promise.all(Array.from({ length: 20 }, () => transport.stream({ path: '/watch' })));
    expect(await transport.request({ path: '/call' })).toEqual({});
  });

  test('ends with the abort when it is aborted, and the connection goes', async () => {
    const controller = new AbortController();
    const gone = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.on('close', gone.resolve);
      response.write('one\n');
    });
    const bytes = await transportTo({ server: url }).stream({ path: '/x', signal: controller.signal });
    const reading = (async () => {
      for await (const chunk of bytes) {
        expect(text(chunk)).toBe('one\n');
        controller.abort();
      }
    })();
    expect(await caught(reading)).toMatchObject({ name: 'AbortError' });
    await gone.promise;
  });
});

describe('close', () => {
  test('fails the calls and the streams that run', async () => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serve((request, response) => {
      if (request.url === '/watch') {
        response.write('one\n');
      } else {
        arrived.resolve();
      }
    });
    const transport = transportTo({ server: url });
    const bytes = await transport.stream({ path: '/watch' });
    const reading = caught(drain(bytes));
    const calling = caught(transport.request({ path: '/call' }));
    await arrived.promise;
    transport.close();
    expect(await calling).toBeInstanceOf(TransportError);
    expect(await reading).toBeInstanceOf(Error);
  });
});

describe('over TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hearth-tls-'));
  const keyFile = join(directory, 'key.pem');
  const certFile = join(directory, 'cert.pem');

  beforeAll(() => {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', keyFile, '-out', certFile];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync('openssl', ['req', '-x509', ...curve, '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'pipe',
    });
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  async function serveTls() {
    const [key, cert] = [readFileSync(keyFile), readFileSync(certFile)];
    const server = createTlsServer({ key, cert, requestCert: true, rejectUnauthorized: false }, json({}));
    const { port, connections } = await listen(server);
    return { url: `https://127.0.0.1:${port}`, connections };
  }

  test.each([
    { name: "the server's certificate is trusted by its CA file", cluster: () => ({ caFile: certFile }) },
    {
      name: "the server's certificate is trusted by CA data",
      cluster: () => ({ caData: readFileSync(certFile).toString('base64') }),
    },
    { name: 'the kubeconfig says not to look', cluster: () => ({ skipTLSVerify: true }) },
  ])('fifty calls share a connection when $name', async ({ cluster }) => {
    const { url, connections } = await serveTls();
    const transport = transportTo({ server: url, cluster: cluster() });
    for (let i = 0; i < 50; i++) {
      await transport.request({ path: '/x' });
    }
    expect(connections.size).toBe(1);
  });

  test('a new client certificate gets new connections, and of the old ones nothing is left when their calls end', async () => {
    const { url, connections } = await serveTls();
    const kubeConfig = kubeConfigFor({ server: url, cluster: { caFile: certFile } });
    const source = new CredentialSource(kubeConfig);
    closers.push(async () => source.close());
    const ask = async ({ calls }: Credentials) => {
      const call = { method: 'GET', path: '/', headers: {}, body: undefined, patienceMs: 10_000 };
      const answer = await exchange({ ...call, connections: calls });
      return { answer, code: answer.statusCode };
    };
    const before = await source.current();
    await discard((await ask(before)).answer);
    const running = await ask(before);
    expect(connections.size).toBe(1);
    kubeConfig.users = [{ name: 'u', certFile, keyFile }];
    source.invalidate();
    const after = await source.current();
    await discard(running.answer);
    expect((await ask(after)).code).toBe(200);
    expect(connections.size).toBe(2);
    await eventually('the old connection is closed', () => [...connections][0]?.destroyed);
  });

  test('a certificate that nobody vouches for is refused', async () => {
    const { url } = await serveTls();
    const error = await caught(transportTo({ server: url }).request({ path: '/x' }));
    expect(error).toBeInstanceOf(TransportError);
    expect(String(error)).toMatch(/self-signed certificate/);
  });
});
