import { secret } from '../../../../tests/harness/postgres-login.ts';
import { postgresConnection } from '../../postgres-connection/testing/connections.ts';
import { postgresDatabase } from './databases.ts';

/** The connection to a server that `databaseManifests` declares, by the name of its Service, and a database on it. */
export function databaseOn(server: string, namespace: string, database: string): object[] {
  const host = `${server}.${namespace}.svc.cluster.local`;
  return [
    secret(`${server}-admin`, { host, port: '5432', user: 'owner', password: 'secret' }),
    postgresConnection(server, { secret: `${server}-admin` }),
    postgresDatabase(database, { connection: server }),
  ];
}

/** A Job that logs in with what a PostgresDatabase's Secret holds, and prints who and where it is. */
export function loginJob(name: string, database: string): object {
  const container = {
    name: 'psql',
    image: 'postgres:17',
    command: ['sh', '-c', 'exec psql "$url" --tuples-only --no-align -c "select current_user, current_database()"'],
    envFrom: [{ secretRef: { name: `postgres-database-${database}` } }],
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
  };
}

/**
 * A disk of its own for a claim of class `small`: a file system in memory that a privileged pod mounts on the node, and a
 * volume that points to it.
 */
export function smallDisk(megabytes: number): object[] {
  const command = `mkdir -p /host/small && mount -t tmpfs -o size=${megabytes}m small /host/small && exec sleep infinity`;
  const container = {
    name: 'mount',
    image: 'postgres:17',
    command: ['sh', '-c', command],
    securityContext: { privileged: true },
    readinessProbe: { exec: { command: ['mountpoint', '/host/small'] }, periodSeconds: 1 },
    volumeMounts: [{ name: 'host', mountPath: '/host', mountPropagation: 'Bidirectional' }],
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'disk' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [container],
        volumes: [{ name: 'host', hostPath: { path: '/var/lib' } }],
      },
    },
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'small' },
      provisioner: 'kubernetes.io/no-provisioner',
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'small' },
      spec: {
        storageClassName: 'small',
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        hostPath: { path: '/var/lib/small' },
      },
    },
  ];
}
