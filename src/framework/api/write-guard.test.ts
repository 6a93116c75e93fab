import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { Transport } from './transport.ts';

/** As many as the pool for calls has. */
const CONNECTIONS = 8;

/** A server that answers when it is told to. */
let server: Server;
let transport: Transport;
let seen: string[];
let waiting: ServerResponse[];
let mayWrite: boolean;

beforeEach(async () => {
  seen = [];
  waiting = [];
  mayWrite = true;
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    waiting.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a string only for pipes
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    { name: 'test', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'test' },
  );
  transport = new Transport(kubeConfig, { mayWrite: () => mayWrite });
});

afterEach(async () => {
  transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const answerAll = () => {
  for (const response of waiting.splice(0)) {
    response.end('{}');
  }
};

test('a write is sent while writing is allowed', async () => {
  const written = transport.request({ method: 'PATCH', path: '/a', body: {} });
  await eventually('it arrives', () => seen.length === 1);
  answerAll();
  await expect(written).resolves.toEqual({});
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE'] as const)('%s is held back while it is not', async (method) => {
  mayWrite = false;
  await expect(transport.request({ method, path: '/a', body: {} })).rejects.toThrow('does not hold the lease');
  expect(seen).toEqual([]);
});

test('reading is always allowed', async () => {
  mayWrite = false;
  const read = transport.request({ path: '/a' });
  await eventually('it arrives', () => seen.length === 1);
  answerAll();
  await expect(read).resolves.toEqual({});
});

test('a write that waits for a connection is held back when writing is forbidden meanwhile', async () => {
  const reads = Array.from({ length: CONNECTIONS }, (_, index) => transport.request({ path: `/${index}` }));
  await eventually('every connection is taken', () => waiting.length === CONNECTIONS);
  const write = transport.request({ method: 'PATCH', path: '/late', body: {} });
  const refused = expect(write).rejects.toThrow('does not hold the lease');
  await turn(); // it stands in line now
  mayWrite = false;
  answerAll();
  await Promise.all(reads);
  await refused;
  expect(seen).not.toContain('PATCH /late');
});
