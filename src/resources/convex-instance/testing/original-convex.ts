import type { SeenObject } from '../../../../tests/harness/suite.ts';

/**
 * What the original operator leaves behind for an instance with SQLite on a volume, a dashboard and a Gateway: names,
 * labels, owner references and annotations as it writes them, and nothing that Hearth would add.
 */
export function objectsOfOriginal(instance: SeenObject): object[] {
  return [...backendOfOriginal(instance), ...frontOfOriginal(instance)];
}

/** How it names its objects, and says whose they are. */
function metaOf({ metadata: { name, uid } }: SeenObject) {
  const owner = { apiVersion: 'convex.icod.de/v1alpha1', kind: 'ConvexInstance', name, uid };
  const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
  return (suffix: string, more: object = {}) => ({ name: `${name}-${suffix}`, ownerReferences, ...more });
}

function backendOfOriginal(instance: SeenObject): object[] {
  const { name } = instance.metadata;
  const meta = metaOf(instance);
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

/** The dashboard, and the way from outside. */
function frontOfOriginal(instance: SeenObject): object[] {
  const { name, namespace } = instance.metadata;
  const meta = metaOf(instance);
  const labels = {
    'app.kubernetes.io/name': 'convex-dashboard',
    'app.kubernetes.io/instance': name,
    'app.kubernetes.io/component': 'dashboard',
  };
  const unprivileged = { runAsNonRoot: true, runAsUser: 1001 };
  const container = {
    name: 'dashboard',
    image: 'ghcr.io/get-convex/convex-dashboard:latest',
    imagePullPolicy: 'IfNotPresent',
    ports: [{ name: 'http', containerPort: 6791 }],
    env: [{ name: 'NEXT_PUBLIC_DEPLOYMENT_URL', value: `http://${name}.example.com` }],
    securityContext: unprivileged,
  };
  const hostname = `${name}.example.com`;
  const allowedRoutes = { namespaces: { from: 'Same' } };
  const rule = (service: string, port: number, ...paths: string[]) => ({
    matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
    backendRefs: [{ name: `${name}-${service}`, port }],
  });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('dashboard'),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { 'convex.icod.de/dashboard-hash': 'of-the-original' } },
          spec: { containers: [container], securityContext: unprivileged },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('dashboard'),
      spec: { selector: labels, ports: [{ name: 'http', port: 6791, targetPort: 6791 }] },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: meta('gateway', { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod-rfc2136' } }),
      spec: {
        gatewayClassName: 'simulated',
        listeners: [{ name: 'http', protocol: 'HTTP', port: 80, hostname, allowedRoutes }],
      },
    },
    {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: meta('route'),
      spec: {
        hostnames: [hostname],
        parentRefs: [{ name: `${name}-gateway`, namespace }],
        rules: [
          rule('dashboard', 6791, '/dashboard'),
          rule('backend', 3211, '/http_action/'),
          rule('backend', 3210, '/api/', '/sync', '/'),
        ],
      },
    },
  ];
}

/** The secret of the original's instance. */
export const ORIGINAL_SECRET = '5a'.repeat(32);

/** Long ago, but not so long that a restart is due: tests use an interval to match. */
export const STAMP = '2026-01-01T00:00:00Z';
