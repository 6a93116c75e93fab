import type { SeenObject } from './suite.ts';

/**
 * What the original operator leaves behind for an instance with SQLite on a volume: names, labels, owner references,
 * annotations and field manager as it writes them, and nothing that Hearth would add.
 */
export function objectsOfOriginal({ metadata }: SeenObject): object[] {
  const { name, uid } = metadata;
  const owner = { apiVersion: 'convex.icod.de/v1alpha1', kind: 'ConvexInstance', name, uid };
  const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
  const meta = (suffix: string, more: object = {}) => ({ name: `${name}-${suffix}`, ownerReferences, ...more });
  const labels = {
    'app.kubernetes.io/name': 'convex-backend',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': 'backend',
  };
  const probe = { httpGet: { path: '/', port: 3210 } };
  const container = {
    name: 'backend',
    image: 'example/backend:1',
    imagePullPolicy: 'IfNotPresent',
    ports: [
      { name: 'http', containerPort: 3210 },
      { name: 'http-action', containerPort: 3211 },
    ],
    env: [
      { name: 'CONVEX_PORT', value: '3210' },
      { name: 'CONVEX_VERSION', value: '1' },
    ],
    livenessProbe: probe,
    readinessProbe: probe,
    volumeMounts: [
      { name: 'config', mountPath: '/etc/convex' },
      { name: 'data', mountPath: '/var/lib/convex' },
    ],
  };
  const volumes = [
    { name: 'config', configMap: { name: `${name}-backend-config` } },
    { name: 'data', persistentVolumeClaim: { claimName: `${name}-backend-pvc` } },
  ];
  const annotations = { 'convex.icod.de/config-hash': 'of-the-original', 'convex.icod.de/restart-trigger': STAMP };
  const ports = [
    { name: 'http', port: 3210, targetPort: 3210 },
    { name: 'http-action', port: 3211, targetPort: 3211 },
  ];
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: meta('backend-config'),
      data: { 'convex.conf': 'old', mine: 'x' },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta('convex-secrets'),
      stringData: { instanceSecret: ORIGINAL_SECRET, adminKey: `${name}|01${'00'.repeat(40)}` },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: meta('backend-pvc'),
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: meta('backend'), spec: { selector: labels, ports } },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: meta('backend', { annotations: { 'convex.icod.de/last-restart': STAMP } }),
      spec: {
        replicas: 1,
        serviceName: `${name}-backend`,
        selector: { matchLabels: labels },
        template: { metadata: { labels, annotations }, spec: { containers: [container], volumes } },
      },
    },
  ];
}

/** The secret of the original's instance. */
export const ORIGINAL_SECRET = '5a'.repeat(32);

/** Long ago, but not so long that a restart is due: tests use an interval to match. */
export const STAMP = '2026-01-01T00:00:00Z';
