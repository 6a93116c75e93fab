import { forEach } from '../../../../bench/apps.ts';
import type { ResourceType } from '../../../framework/api/discovery.ts';
import type { Manifest, Transport } from '../../../framework/framework.ts';
import { convexComponents } from '../convex-instance.components.ts';
import { convexInput } from './convex-input.ts';

export const CONVEX: ResourceType = {
  group: 'convex.icod.de',
  version: 'v1alpha1',
  kind: 'ConvexInstance',
  plural: 'convexinstances',
  namespaced: true,
};

const API_VERSION = `${CONVEX.group}/${CONVEX.version}`;

const PLURALS: Readonly<Record<string, string>> = {
  ConfigMap: 'configmaps',
  Deployment: 'deployments',
  Gateway: 'gateways',
  HTTPRoute: 'httproutes',
  PersistentVolumeClaim: 'persistentvolumeclaims',
  Secret: 'secrets',
  Service: 'services',
  StatefulSet: 'statefulsets',
};

/** ConvexInstances in one namespace. */
export type Convexes = { readonly transport: Transport; readonly namespace: string; readonly count: number };

/** SQLite on a volume, dashboard, Gateway and route: nine children with the Secret, as the original was measured. */
const SPEC = {
  environment: 'dev',
  version: '1',
  backend: { image: 'example/backend:1', db: { engine: 'sqlite' }, storage: { pvc: { enabled: true, size: '1Gi' } } },
  networking: { host: 'app.example.com', gatewayClassName: 'simulated' },
};

const nameOf = (index: number) => `convex-${String(index).padStart(4, '0')}`;

const collectionOf = (namespace: string) => `/apis/${API_VERSION}/namespaces/${namespace}/convexinstances`;

async function create({ transport, namespace }: Convexes, name: string): Promise<string> {
  const body = { apiVersion: API_VERSION, kind: 'ConvexInstance', metadata: { name }, spec: SPEC };
  const made = await transport.request<Manifest & { metadata: { uid: string } }>({
    method: 'POST',
    path: collectionOf(namespace),
    body,
  });
  return made.metadata.uid;
}

export async function createConvexes(all: Convexes): Promise<void> {
  await forEach(all.count, (index) => create(all, nameOf(index)));
}

/** Sends what the operator would send and nothing else: the instances, their children, one status each. */
export async function sendConvexes(all: Convexes): Promise<void> {
  const { transport, namespace, count } = all;
  await forEach(count, async (index) => {
    const name = nameOf(index);
    const owner = { apiVersion: API_VERSION, kind: 'ConvexInstance', name, uid: await create(all, name) };
    const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
    const data = {
      adminKey: Buffer.alloc(100).toString('base64'),
      instanceSecret: Buffer.alloc(64).toString('base64'),
    };
    const metadata = { name: `${name}-convex-secrets`, namespace };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data } as Manifest;
    const input = { ...convexInput(SPEC), name, namespace };
    const parts = convexComponents.filter(({ when }) => when?.(input) ?? true);
    for (const child of [secret, ...parts.flatMap(({ manifests }) => manifests(input))]) {
      await apply(transport, { ...child, metadata: { ...child.metadata, ownerReferences } });
    }
    const condition = { type: 'Ready', status: 'True', reason: 'Ready', message: '', lastTransitionTime: new Date() };
    const status = { conditions: [condition] };
    await transport.request({
      method: 'PATCH',
      path: `${collectionOf(namespace)}/${name}/status`,
      body: { status },
      contentType: 'application/merge-patch+json',
    });
  });
}

async function apply(transport: Transport, manifest: Manifest): Promise<void> {
  const { apiVersion, kind, metadata } = manifest;
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const plural = PLURALS[kind];
  await transport.request({
    method: 'PATCH',
    path: `${root}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`,
    query: { fieldManager: 'bare', force: true },
    body: manifest,
    contentType: 'application/apply-patch+yaml',
  });
}
