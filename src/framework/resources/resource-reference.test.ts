import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WriteGateway } from '../api/apply.ts';
import { Discovery } from '../api/discovery.ts';
import type { KubeObject } from '../api/object.ts';
import { Transport } from '../api/transport.ts';
import { Informers } from '../cache/informers.ts';
import { createLogger } from '../observe/logger.ts';
import { Resource } from './resource.ts';
import { ResourceReference } from './resource-reference.ts';

function configMap(name: string, version: number): KubeObject {
  const metadata = { name, namespace: 'home', uid: `uid-${name}`, resourceVersion: String(version) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
}

const initial = [configMap('a', 1), configMap('b', 2)];

/** As much of an API server as one informer needs: discovery, and a watch that lists and tells what the test says. */
async function serveConfigMaps() {
  const watch = Promise.withResolvers<ServerResponse>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server');
    if (url.pathname === '/api/v1') {
      response.end(JSON.stringify({ resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] }));
    } else if (url.searchParams.has('watch')) {
      const annotations = { 'k8s.io/initial-events-end': 'true' };
      const end = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '10', annotations } } };
      for (const event of [...initial.map((object) => ({ type: 'ADDED', object })), end]) {
        response.write(`${JSON.stringify(event)}\n`);
      }
      watch.resolve(response);
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeConfig = new KubeConfig();
  const { port } = server.address() as AddressInfo;
  kubeConfig.loadFromClusterAndUser(
    { name: 'c', server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
    { name: 'u' },
  );
  const tell = async (type: string, object: KubeObject) => {
    (await watch.promise).write(`${JSON.stringify({ type, object })}\n`);
  };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { kubeConfig, tell, close };
}

let parts: Awaited<ReturnType<typeof setUp>>;

async function setUp() {
  const { kubeConfig, tell, close } = await serveConfigMaps();
  const transport = new Transport(kubeConfig);
  const discovery = new Discovery(transport);
  const logger = createLogger({ level: 'error', format: 'json' });
  const selection = { apiVersion: 'v1', kind: 'ConfigMap' };
  const informers = new Informers({ discovery, transport, logger, namespaces: [] });
  const { informer } = informers.acquire(selection);
  const gateway = new WriteGateway({ transport, discovery, onWrite: (object) => informer.observeWrite(object) });
  await informer.synced;
  const signal = new AbortController().signal;
  const resource = (name: string) =>
    new Resource({
      ref: { ...selection, name, namespace: 'home' },
      ...informers.acquire(selection),
      gateway,
      owner: () => ({ kind: 'Sample', name: 's', uid: 'u' }),
      signal: () => signal,
    });
  /** Sends an event and resolves when the cache has taken it. */
  const happen = async (type: string, object: KubeObject) => {
    const taken = Promise.withResolvers<void>();
    const unsubscribe = informer.subscribe(() => taken.resolve());
    await tell(type, object);
    await taken.promise;
    unsubscribe();
  };
  const end = async () => {
    close();
    await informers.stop();
    transport.close();
  };
  return { resource, happen, end, informer };
}

beforeEach(async () => {
  parts = await setUp();
});

afterEach(() => parts.end());

describe('ResourceReference', () => {
  test('tells when its resource changes, goes and comes', async () => {
    const { resource, happen } = parts;
    const reference = new ResourceReference(resource('a'));
    const changed = vi.fn();
    reference.on('changed', changed);
    await happen('MODIFIED', configMap('a', 11));
    expect(changed).toHaveBeenCalledTimes(1);
    expect(reference.current?.metadata?.resourceVersion).toBe('11');
    await happen('DELETED', configMap('a', 12));
    expect(changed).toHaveBeenCalledTimes(2);
    expect(reference.current?.exists).toBe(false);
    await happen('ADDED', configMap('a', 13));
    expect(changed).toHaveBeenCalledTimes(3);
    expect(reference.current?.exists).toBe(true);
  });

  test('tells nothing of other objects', async () => {
    const { resource, happen } = parts;
    const changed = vi.fn();
    new ResourceReference(resource('a')).on('changed', changed);
    await happen('MODIFIED', configMap('b', 11));
    expect(changed).not.toHaveBeenCalled();
  });

  test('tells when another resource takes the place, and from then on of that one only', async () => {
    const { resource, happen } = parts;
    const [a, b] = [resource('a'), resource('b')];
    const reference = new ResourceReference(a);
    const changed = vi.fn();
    reference.on('changed', changed);
    reference.current = b;
    expect(changed).toHaveBeenCalledTimes(1);
    expect(reference.current).toBe(b);
    await happen('MODIFIED', configMap('a', 11));
    expect(changed).toHaveBeenCalledTimes(1);
    await happen('MODIFIED', configMap('b', 12));
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test('tells nothing when the same resource is put in again, and listens to it once', async () => {
    const { resource, happen } = parts;
    const a = resource('a');
    const reference = new ResourceReference(a);
    const changed = vi.fn();
    reference.on('changed', changed);
    reference.current = a;
    expect(changed).not.toHaveBeenCalled();
    await happen('MODIFIED', configMap('a', 11));
    expect(changed).toHaveBeenCalledTimes(1);
  });

  test('may be empty, be filled later and be emptied again', async () => {
    const { resource, happen } = parts;
    const reference = new ResourceReference();
    const changed = vi.fn();
    reference.on('changed', changed);
    expect(reference.current).toBeUndefined();
    reference.current = resource('a');
    reference.current = undefined;
    expect(changed).toHaveBeenCalledTimes(2);
    await happen('MODIFIED', configMap('a', 11));
    expect(changed).toHaveBeenCalledTimes(2);
  });

  test('tells nobody who has left', async () => {
    const { resource, happen } = parts;
    const reference = new ResourceReference(resource('a'));
    const [left, stayed] = [vi.fn(), vi.fn()];
    reference.on('changed', left).on('changed', stayed).off('changed', left);
    await happen('MODIFIED', configMap('a', 11));
    expect(left).not.toHaveBeenCalled();
    expect(stayed).toHaveBeenCalledTimes(1);
  });
});

describe('Resource', () => {
  test('reads what the cache has, and is undefined where there is nothing', () => {
    const { resource } = parts;
    const [a, none] = [resource('a'), resource('none')];
    expect(a).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', namespace: 'home', exists: true });
    expect(a.ref).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'a',
      uid: 'uid-a',
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(none).toMatchObject({ exists: false, metadata: undefined, spec: undefined, status: undefined });
    expect(() => none.ref).toThrow('ConfigMap home/none does not exist, so nothing can be owned by it');
  });

  test('refuses the manifest of another object', async () => {
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b', namespace: 'home' } };
    const message = 'A manifest of ConfigMap home/b cannot be patched into ConfigMap home/a';
    await expect(parts.resource('a').patch(manifest)).rejects.toThrow(message);
  });

  test('hears nothing after it was disposed, but can be read', async () => {
    const { resource, happen } = parts;
    const a = resource('a');
    const changed = vi.fn();
    a.on('changed', changed);
    a.dispose();
    await happen('MODIFIED', configMap('a', 11));
    expect(changed).not.toHaveBeenCalled();
    expect(a.metadata?.resourceVersion).toBe('11');
  });
});
