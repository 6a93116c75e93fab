import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { z } from 'zod';
import { FIELD_MANAGER } from '../src/framework/api/field-manager.ts';
import type { KubeObject } from '../src/framework/api/object.ts';
import { type Projection, project, projectionOf } from '../src/framework/cache/projection.ts';

/**
 * How much heap a cached object takes: as the server sent it, with `managedFields` reduced but not shared (as it was
 * before they were), and as the cache holds it now. Run it with `node bench/cache-memory.ts [COUNT]`.
 */
const COUNT = Number(process.argv[2] ?? 10_000);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The fields that an apply of a whole Deployment owns, with the owner reference that names its owner's UID. */
function appliedFields(uid: string) {
  const env = Object.fromEntries(
    ['A', 'B', 'C', 'D'].map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {} }]),
  );
  const container = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:env': env, 'f:resources': { 'f:limits': {} } };
  return {
    'f:metadata': {
      'f:annotations': { 'f:hearth.internal/applied': {} },
      'f:labels': { 'f:app.kubernetes.io/managed-by': {}, 'f:app.kubernetes.io/name': {} },
      'f:ownerReferences': { [`k:{"uid":"${uid}"}`]: {} },
    },
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:template': {
        'f:metadata': { 'f:labels': {} },
        'f:spec': { 'f:containers': { 'k:{"name":"main"}': container } },
      },
    },
  };
}

const statusFields = {
  'f:status': {
    'f:availableReplicas': {},
    'f:conditions': { '.': {}, 'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {}, 'f:reason': {} } },
  },
};

/** A Deployment as the wire has it. */
function deployment(index: number): string {
  const uid = `0f3b6c1e-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const labels = { 'app.kubernetes.io/managed-by': 'hearth', 'app.kubernetes.io/name': `app-${index}` };
  const entry = { apiVersion: 'apps/v1', fieldsType: 'FieldsV1', time: '2026-11-21T00:00:00Z' };
  const managedFields = [
    { ...entry, manager: FIELD_MANAGER, operation: 'Apply', fieldsV1: appliedFields(uid) },
    {
      ...entry,
      manager: 'kube-controller-manager',
      operation: 'Update',
      subresource: 'status',
      fieldsV1: statusFields,
    },
  ];
  const env = ['A', 'B', 'C', 'D'].map((name) => ({ name, value: `${name}-${index}` }));
  const container = { name: 'main', image: 'example/app:1', env, resources: { limits: { memory: '64Mi' } } };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `app-${index}`,
      namespace: 'home',
      uid,
      resourceVersion: String(1_000 + index),
      labels,
      annotations: { 'hearth.internal/applied': uid.slice(0, 22) },
      ownerReferences: [{ apiVersion: 'x/v1', kind: 'App', name: `app-${index}`, uid, controller: true }],
      managedFields,
    },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { spec: { containers: [container] } } },
    status: { availableReplicas: 1, conditions: [{ type: 'Available', status: 'True', reason: 'MinimumReplicas' }] },
  });
}

/** Keeps our own entry, its field set as it came. */
function withoutForeignEntries(object: KubeObject): KubeObject {
  const managedFields = (object.metadata.managedFields ?? []).filter(({ manager }) => manager === FIELD_MANAGER);
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

function bytesPerObject(keep: (object: KubeObject) => KubeObject): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const held = new Map<number, KubeObject>();
  for (let index = 0; index < COUNT; index += 1) {
    held.set(index, keep(JSON.parse(deployment(index)) as KubeObject));
  }
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / held.size;
  held.clear();
  return Math.round(bytes);
}

const replicas = projectionOf(z.object({ spec: z.object({ replicas: z.int() }) }));
const as = (projection: Projection) => (object: KubeObject) => project(object, projection);
const rows: readonly (readonly [string, (object: KubeObject) => KubeObject])[] = [
  ['as the server sent it', (object) => object],
  ['our managedFields only, not shared', withoutForeignEntries],
  ['full', as('full')],
  ['spec.replicas', as(replicas)],
  ['metadata', as('metadata')],
];
for (const [name, keep] of rows) {
  process.stdout.write(`${String(bytesPerObject(keep)).padStart(7)} bytes an object: ${name}\n`);
}
