import type { ResourceType } from '../src/framework/api/discovery.ts';
import { watchEvents } from '../src/framework/api/list-watch.ts';
import { marked } from '../src/framework/api/marks.ts';
import { ownedManifest } from '../src/framework/components/child-writer.ts';
import type { KubeObject, Manifest, Transport } from '../src/framework/framework.ts';
import { APP_GROUP, parts } from './operator/app-kind.ts';

const APPS: ResourceType = { group: APP_GROUP, version: 'v1', kind: 'App', plural: 'apps', namespaced: true };
const API_VERSION = `${APP_GROUP}/v1`;

const PLURALS: Readonly<Record<string, string>> = { ConfigMap: 'configmaps', Service: 'services' };

/** As long as a digest is; to make one is the operator's work. */
const ANY_DIGEST = 'x'.repeat(22);

/** How many requests are on their way at a time: what the operator's own pool of connections has. */
const AT_ONCE = 8;

/** Objects of the measured kind in one namespace. */
export type Apps = {
  readonly transport: Transport;
  readonly namespace: string;
  readonly count: number;
  readonly spec: { readonly children: number; readonly workMs?: number };
};

export function nameOf(index: number): string {
  return `app-${String(index).padStart(5, '0')}`;
}

const pathOf = (namespace: string) => `/apis/${API_VERSION}/namespaces/${namespace}/apps`;

/** Runs something for each number below a count, some at a time. */
export async function forEach(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next; index < count; index = next) {
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function create({ transport, namespace, spec }: Apps, name: string): Promise<KubeObject> {
  const body = { apiVersion: API_VERSION, kind: 'App', metadata: { name }, spec };
  return await transport.request<KubeObject>({ method: 'POST', path: pathOf(namespace), body });
}

export async function createApps(apps: Apps): Promise<void> {
  await forEach(apps.count, (index) => create(apps, nameOf(index)));
}

/** So many objects of a kind in one namespace. */
type Counted = Pick<Apps, 'transport' | 'namespace' | 'count'>;

/** How often a watch may break before that is a failure; a busy server ends some. */
const MAX_BREAKS = 5;

/** Resolves when as many objects as there are to be are Ready. */
export async function allReady(apps: Counted, type: ResourceType = APPS): Promise<void> {
  for (let breaks = 0; ; breaks += 1) {
    try {
      return await watchUntilReady(apps, type);
    } catch (error) {
      if (breaks === MAX_BREAKS) {
        throw error;
      }
    }
  }
}

/** Begins with what is there, so that one that broke off is simply begun anew. */
async function watchUntilReady({ transport, namespace, count }: Counted, type: ResourceType): Promise<void> {
  const abort = new AbortController();
  const ready = new Set<string>();
  const selection = { type, projection: 'full' as const, namespace };
  const options = { timeoutSeconds: 3600, signal: abort.signal, onActivity: () => undefined };
  for await (const { type: event, object } of watchEvents(transport, selection, options)) {
    if (event !== 'BOOKMARK' && isReady(object)) {
      ready.add(object.metadata.name);
    }
    if (ready.size >= count) {
      abort.abort();
      return;
    }
  }
  throw new Error('the watch ended before all objects were ready');
}

function isReady(object: KubeObject): boolean {
  const { conditions = [] } = (object.status ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** Changes the stamp of an object, which starts a run. */
export async function stampApp({ transport, namespace }: Apps, name: string, stamp: string): Promise<void> {
  await transport.request({
    method: 'PATCH',
    path: `${pathOf(namespace)}/${name}`,
    body: { spec: { stamp } },
    contentType: 'application/merge-patch+json',
  });
}

/**
 * Sends what there is to send and nothing else: the objects, and as the operator would, their children and one status each,
 * with every label and field that those have.
 * @param transport has the operator's identity, so that the server has as much to check.
 */
export async function sendAll(apps: Apps, transport: Transport): Promise<void> {
  const { namespace, count, spec } = apps;
  await forEach(count, async (index) => {
    const app = await create(apps, nameOf(index));
    const { name, uid } = app.metadata;
    for (const manifest of parts.manifests({ name, namespace, children: spec.children })) {
      await apply(transport, marked(ownedManifest({ manifest, component: parts }, app), ANY_DIGEST));
    }
    await transport.request({
      method: 'PATCH',
      path: `${pathOf(namespace)}/${name}/status`,
      query: { fieldManager: 'bare', force: true },
      body: { apiVersion: API_VERSION, kind: 'App', metadata: { name, namespace, uid }, status: readyStatus() },
      contentType: 'application/apply-patch+yaml',
    });
  });
}

function readyStatus() {
  const ready = { reason: 'Ready', message: 'Everything is in place', lastTransitionTime: new Date() };
  return {
    observedGeneration: 1,
    components: [{ name: parts.name, ready: true, reason: 'Ready', message: '' }],
    conditions: [{ type: 'Ready', status: 'True', ...ready, observedGeneration: 1 }],
  };
}

async function apply(transport: Transport, manifest: Manifest): Promise<void> {
  const { kind, metadata } = manifest;
  await transport.request({
    method: 'PATCH',
    path: `/api/v1/namespaces/${metadata.namespace}/${PLURALS[kind]}/${metadata.name}`,
    query: { fieldManager: 'bare', force: false },
    body: manifest,
    contentType: 'application/apply-patch+yaml',
  });
}
