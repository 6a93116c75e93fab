import { convexTag } from '../../../../tests/e2e/images/convex.ts';
import { secret } from '../../../../tests/harness/postgres-login.ts';
import { GROUP } from '../../group.ts';
import { convexInstance } from './convex.ts';

type Variables = Readonly<Record<string, string>>;

const envOf = (variables: Variables) => Object.entries(variables).map(([name, value]) => ({ name, value }));

/** An instance with SQLite on a volume, whose upgrades go by export and import. */
export function convexOnVolume(name: string, release: string, variables: Variables): object {
  return convexInstance(name, {
    version: release,
    backend: {
      image: convexTag('backend', release),
      db: { engine: 'sqlite' },
      storage: { pvc: { enabled: true, size: '1Gi' } },
      env: envOf(variables),
    },
    maintenance: { upgradeStrategy: 'exportImport' },
  });
}

/** An instance on a PostgresDatabase of Hearth's: its Secret as it is, path in the URL and all. */
export function convexOnDatabase(name: string, secretRef: string, variables: Variables): object {
  return convexInstance(name, {
    backend: {
      db: { engine: 'postgres', secretRef, urlKey: 'url', requireSSL: false },
      env: envOf(variables),
    },
    dashboard: { enabled: false },
  });
}

/**
 * A PostgresDatabase of Hearth's, and its connection to a server of `databaseManifests`, by the name of its Service. Spelt
 * out, so that either kind can be deleted without the other.
 */
export function databaseOn(server: string, namespace: string, database: string): object[] {
  const host = `${server}.${namespace}.svc.cluster.local`;
  const object = (kind: string, name: string, spec: object) => {
    return { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, spec };
  };
  return [
    secret(`${server}-admin`, { host, port: '5432', user: 'owner', password: 'secret' }),
    object('PostgresConnection', server, { secret: `${server}-admin` }),
    object('PostgresDatabase', database, { connection: server }),
  ];
}
