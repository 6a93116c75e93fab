import { once } from 'node:events';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { HealthServer, type HealthSources } from './health.ts';

const servers: HealthServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(sources: Partial<HealthSources> = {}): Promise<number> {
  const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' });
  const server = new HealthServer({ unready: () => [], metrics, ...sources });
  servers.push(server);
  return await server.listen(0);
}

async function get(port: number, path: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { code: response.status, type: response.headers.get('content-type'), body: await response.text() };
}

const text = 'text/plain; charset=utf-8';

describe('HealthServer', () => {
  test.each([
    { path: '/healthz', code: 200, body: 'ok\n' },
    { path: '/healthz?verbose', code: 200, body: 'ok\n' },
    { path: '/readyz', code: 200, body: 'ok\n' },
    { path: '/', code: 404, body: 'not found: try /healthz, /readyz or /metrics\n' },
    { path: '/healthz/x', code: 404, body: 'not found: try /healthz, /readyz or /metrics\n' },
  ])('answers $path with $code', async ({ path, code, body }) => {
    expect(await get(await start(), path)).toEqual({ code, type: text, body });
  });

  test('is not ready while something is missing, and says what; alive it is all the time', async () => {
    let missing = ['Domain is not listed yet', 'Secret is not listed yet'];
    const port = await start({ unready: () => missing });
    const body = 'Domain is not listed yet\nSecret is not listed yet\n';
    expect(await get(port, '/readyz')).toEqual({ code: 503, type: text, body });
    expect((await get(port, '/healthz')).code).toBe(200);
    missing = [];
    expect((await get(port, '/readyz')).code).toBe(200);
  });

  test('hands out the metrics as the type that they say', async () => {
    const port = await start();
    expect(await get(port, '/metrics')).toEqual({ code: 200, type: 'text/plain; version=0.0.4', body: 'up 1\n' });
  });

  test.each<{ name: string; path: string; sources: Partial<HealthSources> }>([
    {
      name: 'metrics that fail',
      path: '/metrics',
      sources: { metrics: () => Promise.reject(new Error('broken gauge')) },
    },
    {
      name: 'a check that throws',
      path: '/readyz',
      sources: {
        unready: () => {
          throw new Error('broken gauge');
        },
      },
    },
  ])('answers 500 for $name, and goes on', async ({ path, sources }) => {
    const port = await start(sources);
    expect(await get(port, path)).toEqual({ code: 500, type: text, body: 'Error: broken gauge\n' });
    expect((await get(port, '/healthz')).code).toBe(200);
  });

  test('cannot listen on a port that is taken, and says so', async () => {
    const taken = createServer();
    taken.listen(0);
    await once(taken, 'listening');
    const address = taken.address();
    const server = new HealthServer({ unready: () => [], metrics: async () => ({ contentType: text, body: '' }) });
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(server.listen(port)).rejects.toThrow('EADDRINUSE');
    await server.close();
    taken.close();
  });

  test('closes also while a client waits for an answer', async () => {
    const asked = Promise.withResolvers<void>();
    const metrics = () => {
      asked.resolve();
      return new Promise<never>(() => undefined);
    };
    const port = await start({ metrics });
    const waiting = get(port, '/metrics');
    const refused = expect(waiting).rejects.toThrow();
    await asked.promise;
    await servers.pop()?.close();
    await refused;
    await expect(get(port, '/healthz')).rejects.toThrow();
  });
});

describe('explanations', () => {
  const answer = (query: URLSearchParams) => ({ code: 200, contentType: 'application/json', body: query.toString() });

  /** An address of this machine that is not the loopback one, as another pod would use. */
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  test.each([
    { access: 'loopback', host: '127.0.0.1', code: 200 },
    { access: 'loopback', host: outside, code: 403 },
    { access: 'cluster', host: '127.0.0.1', code: 200 },
    { access: 'cluster', host: outside, code: 200 },
    { access: 'off', host: '127.0.0.1', code: 404 },
  ] as const)('are answered with $code to $host when they are for: $access', async ({ access, host, code }) => {
    const port = await start({ explain: { access, answer } });
    const response = await fetch(`http://${host}:${port}/debug/explain?kind=Domain&key=a`);
    expect(response.status).toBe(code);
    expect((await response.text()) === 'kind=Domain&key=a\n').toBe(code === 200);
  });

  test('are switched off when there is no source of them', async () => {
    expect((await get(await start(), '/debug/explain')).code).toBe(404);
  });
});
