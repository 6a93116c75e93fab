/** A pod of the image postgres:17 that only waits; optionally with a claim in /data, as another user. */
export function sleepingPod(name: string, options: { readonly claim?: string; readonly user?: number } = {}): object {
  const { claim, user } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 1,
      ...(user === undefined ? {} : { securityContext: { runAsUser: user } }),
      containers: [
        {
          name: 'main',
          image: 'postgres:17',
          command: ['sh', '-c', 'echo hello from a process; exec sleep infinity'],
          ...(claim === undefined ? {} : { volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
        },
      ],
      ...(claim === undefined ? {} : { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }] }),
    },
  };
}

/**
 * PostgreSQL with a claim, as an operator would declare it: a StatefulSet, its headless Service, and one for clients. The
 * name is that of all of them, and the value of the pod's label `app`.
 */
export function databaseManifests(name = 'database', storageClassName = 'standard'): object[] {
  const selector = { app: name };
  const service = (of: string, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: of },
    spec: { selector, ports: [{ port: 5432 }], ...spec },
  });
  return [
    service(name, {}),
    service(`${name}-peers`, { clusterIP: 'None' }),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name },
      spec: {
        serviceName: `${name}-peers`,
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: { containers: [databaseContainer()] } },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              storageClassName,
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '1Gi' } },
            },
          },
        ],
      },
    },
  ];
}

function databaseContainer(): object {
  return {
    name: 'postgres',
    image: 'postgres:17',
    env: [
      { name: 'POSTGRES_USER', value: 'owner' },
      { name: 'POSTGRES_PASSWORD', value: 'secret' },
      { name: 'POSTGRES_DB', value: 'app' },
      { name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' },
    ],
    ports: [{ containerPort: 5432 }],
    readinessProbe: {
      exec: { command: ['pg_isready', '--host=127.0.0.1', '--username=owner'] },
      periodSeconds: 1,
    },
    resources: { limits: { cpu: '600m', memory: '256Mi' } },
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
  };
}
