import { convexTag } from '../e2e/images/convex.ts';
import { versitygwTag } from '../e2e/images/versitygw.ts';

type Variables = Readonly<Record<string, string>>;

/** The S3 gateway on a claim, as a user other than root. */
export function gateway(variables: Variables): object[] {
  const container = {
    name: 'gateway',
    image: versitygwTag,
    env: envOf({ ...variables, VGW_BACKEND: 'posix', VGW_BACKEND_ARG: '/data', VGW_HEALTH: '/health' }),
    ports: [{ containerPort: 7070 }],
    readinessProbe: { httpGet: { path: '/health', port: 7070 }, periodSeconds: 1 },
    volumeMounts: [{ name: 'data', mountPath: '/data' }],
  };
  const securityContext = { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 };
  return statefulSet('store', { securityContext, containers: [container] });
}

/** Convex's backend on a claim, with the probes and the hook that it needs; as root unless there is a user. */
export function convexBackend(name: string, variables: Variables, user?: number): object[] {
  const version = { httpGet: { path: '/version', port: 3210 }, periodSeconds: 1 };
  const container = {
    name: 'backend',
    image: convexTag('backend'),
    imagePullPolicy: 'IfNotPresent',
    env: envOf(variables),
    ports: [{ containerPort: 3210 }, { containerPort: 3211 }],
    startupProbe: { ...version, failureThreshold: 60 },
    readinessProbe: version,
    lifecycle: { preStop: { exec: { command: ['sh', '-c', 'kill -INT 1'] } } },
    volumeMounts: [{ name: 'data', mountPath: '/convex/data' }],
  };
  return statefulSet(name, { ...(user && { securityContext: { runAsUser: user } }), containers: [container] });
}

/** Convex's dashboard. */
export function convexDashboard(name: string, variables: Variables): object {
  const container = {
    name: 'dashboard',
    image: convexTag('dashboard'),
    imagePullPolicy: 'IfNotPresent',
    env: envOf(variables),
    ports: [{ containerPort: 6791 }],
    readinessProbe: { tcpSocket: { port: 6791 }, periodSeconds: 1 },
    securityContext: { runAsNonRoot: true, runAsUser: 1001 },
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { containers: [container] } };
}

function statefulSet(name: string, podSpec: object): object[] {
  const labels = { app: name };
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        serviceName: name,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'standard', ...claim } }],
      },
    },
  ];
}

function envOf(variables: Variables): object[] {
  return Object.entries(variables).map(([name, value]) => ({ name, value }));
}
