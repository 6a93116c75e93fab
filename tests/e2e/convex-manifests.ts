import { convexInstance } from '../harness/convex.ts';
import { convexTag } from './images/convex.ts';

/** The release that instances are upgraded to. */
export const NEXT = 'next';

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
