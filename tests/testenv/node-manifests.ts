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

/** PostgreSQL with a claim, as an operator would declare it: a StatefulSet, its headless Service, and one for clients. */
export function databaseManifests(): object[] {
  const selector = { app: 'database' };
  const service = (name: string, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { selector, ports: [{ port: 5432 }], ...spec },
  });
  return [
    service('database', {}),
    service('database-peers', { clusterIP: 'None' }),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'database' },
      spec: {
        serviceName: 'database-peers',
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: { containers: [databaseContainer()] } },
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              storageClassName: 'standard',
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
    resources: { limits: { cpu: '1', memory: '256Mi' } },
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
  };
}
