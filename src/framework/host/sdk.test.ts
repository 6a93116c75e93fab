import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ResourceEvent, ResourceMeta } from '@dot-i/k8s-operator';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { createLogger } from '../observe/logger.ts';
import { OperatorHost } from './operator-host.ts';
import { sdk } from './sdk.ts';
import { deletionEvent, keyIn, objectIn, resourceEvent } from './sdk-operator.ts';

const logger = createLogger({ level: 'error', format: 'json' });

/** An operator of the SDK that only remembers which finalizers it was to write. */
class Recording extends sdk.default {
  readonly written: { name: string; finalizers: string[] }[] = [];

  protected override async init(): Promise<void> {
    this.written.length = 0;
  }

  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    this.written.push({ name: meta.name, finalizers });
  }

  handle(event: ResourceEvent, cleanUp: () => Promise<void>): Promise<boolean> {
    return this.handleResourceFinalizer(event, 'ours', cleanUp);
  }
}

function objectWith(parts: Partial<KubeObject['metadata']>): KubeObject {
  const metadata = { name: 'a', namespace: 'home', uid: 'u', resourceVersion: '5', ...parts };
  return { apiVersion: 'example.com/v1', kind: 'Sample', metadata };
}

const eventOf = (parts: Partial<KubeObject['metadata']>) => resourceEvent('samples', objectWith(parts));
const deletionTimestamp = '2026-01-01T00:00:00Z';

describe('the SDK', () => {
  test('loads here', () => {
    expect(typeof sdk.default).toBe('function');
    expect(sdk.ResourceEventType).toMatchObject({ Added: 'ADDED', Modified: 'MODIFIED', Deleted: 'DELETED' });
    expect(typeof sdk.ResourceMetaImpl.createWithPlural).toBe('function');
  });

  test('loads in plain Node, as the same class that require gives', () => {
    const script = `
      import { createRequire } from 'node:module';
      const { sdk } = await import(${JSON.stringify(join(import.meta.dirname, 'sdk.ts'))});
      const required = createRequire(import.meta.url)('@dot-i/k8s-operator');
      console.log(typeof sdk.default, sdk.default === required.default, sdk.ResourceEventType.Added);
      process.exit(0);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect(output.trim()).toBe('function true ADDED');
  });

  test('shares one client-node with us, in one copy in the whole tree', () => {
    const root = join(import.meta.dirname, '../../../node_modules');
    const copies = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /(^|node_modules\/)@kubernetes\/client-node\/package\.json$/.test(path),
    );
    expect(copies).toEqual(['@kubernetes/client-node/package.json']);
    const require = createRequire(import.meta.url);
    const fromSdk = createRequire(require.resolve('@dot-i/k8s-operator'));
    expect(fromSdk.resolve('@kubernetes/client-node')).toBe(require.resolve('@kubernetes/client-node'));
  });

  test('is what our host is, before anything is sent', () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromClusterAndUser(
      { name: 'c', server: 'https://127.0.0.1:1', skipTLSVerify: true },
      { name: 'u', token: 't' },
    );
    const host = new OperatorHost({ kubeConfig, definitions: [], logger });
    expect(host).toBeInstanceOf(sdk.default);
    expect(host.port).toBe(0);
  });
});

describe("the SDK's finalizer state machine calls our write", () => {
  test.each<{
    name: string;
    event: ResourceEvent;
    handled: boolean;
    cleaned: number;
    written: string[][];
  }>([
    {
      name: 'adds the finalizer to an object that has none',
      event: eventOf({}),
      handled: true,
      cleaned: 0,
      written: [['ours']],
    },
    {
      name: "keeps others' finalizers when it adds ours",
      event: eventOf({ finalizers: ['theirs'] }),
      handled: true,
      cleaned: 0,
      written: [['theirs', 'ours']],
    },
    {
      name: 'leaves an object alone that has the finalizer',
      event: eventOf({ finalizers: ['ours'] }),
      handled: false,
      cleaned: 0,
      written: [],
    },
    {
      name: 'cleans up, then removes the finalizer of an object that is being deleted',
      event: eventOf({ finalizers: ['theirs', 'ours'], deletionTimestamp }),
      handled: true,
      cleaned: 1,
      written: [['theirs']],
    },
    {
      name: 'does not clean up for an object that never had the finalizer',
      event: eventOf({ finalizers: ['theirs'], deletionTimestamp }),
      handled: true,
      cleaned: 0,
      written: [],
    },
    {
      name: 'has nothing to do for an object that is gone',
      event: deletionEvent(
        { group: 'example.com', version: 'v1', kind: 'Sample', plural: 'samples', namespaced: true },
        'home/a',
      ),
      handled: false,
      cleaned: 0,
      written: [],
    },
  ])('$name', async ({ event, handled, cleaned, written }) => {
    const operator = new Recording();
    let calls = 0;
    const cleanUp = async () => {
      calls += 1;
    };
    expect(await operator.handle(event, cleanUp)).toBe(handled);
    expect(calls).toBe(cleaned);
    expect(operator.written).toEqual(written.map((finalizers) => ({ name: 'a', finalizers })));
  });

  test('and keeps the finalizer when cleaning up fails', async () => {
    const operator = new Recording();
    const event = eventOf({ finalizers: ['ours'], deletionTimestamp });
    await expect(operator.handle(event, () => Promise.reject(new Error('out of reach')))).rejects.toThrow(
      'out of reach',
    );
    expect(operator.written).toEqual([]);
  });

  test('and pushes into the list that it is given, so that it must be given a copy', async () => {
    const object = objectWith({ finalizers: ['theirs'] });
    await new Recording().handle(resourceEvent('samples', object), async () => undefined);
    expect(object.metadata.finalizers).toEqual(['theirs', 'ours']);
  });
});

describe("the SDK's events", () => {
  test('carry the object as it is and its key', () => {
    const object = objectWith({});
    const event = resourceEvent('samples', object);
    expect(objectIn(event)).toBe(object);
    expect(keyIn(event)).toBe('home/a');
    expect(event.meta).toMatchObject({
      name: 'a',
      namespace: 'home',
      resourceVersion: '5',
      apiVersion: 'example.com/v1',
      kind: 'Sample',
    });
  });

  test.each([
    { key: 'home/a', meta: { name: 'a', namespace: 'home' } },
    { key: 'a', meta: { name: 'a' } },
  ])('of the deletion of $key carry its key and no object', ({ key, meta }) => {
    const type = { group: 'example.com', version: 'v1', kind: 'Sample', plural: 'samples', namespaced: true };
    const event = deletionEvent(type, key);
    expect(keyIn(event)).toBe(key);
    expect(objectIn(event)).toBeUndefined();
    expect(event).toMatchObject({ type: 'DELETED', meta });
  });
});
