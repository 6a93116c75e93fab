import { expect } from 'vitest';
import { type PostgresHandle, startPostgres } from '../../../testenv/src/postgres.ts';
import type { KindTrial } from '../../../tests/conformance/kind-trial.ts';
import { loginOf, secret } from '../../../tests/harness/postgres-login.ts';
import { everythingOn, openSession, query, whoAmI } from '../../../tests/harness/postgres-server.ts';
import type { OutsideWorld } from '../../framework/testing/cluster.ts';
import { connectionTo, postgresConnection } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase } from './testing/databases.ts';

const LOGIN = 'postgres-secret';

export const trial: KindTrial = {
  surroundings: async () => {
    const server = await startPostgres();
    const objects = [secret(LOGIN, loginOf(server)), postgresConnection('db', { secret: LOGIN })];
    return { objects, outside: everythingIn(server), stop: server.stop };
  },
  faults: {
    surroundings: (server) => connectionTo(server),
    manifest: (name, version) => {
      const schemas = version === 'changed' ? ['app'] : [];
      return postgresDatabase(name, { connection: 'db', deletionPolicy: 'Delete', schemas });
    },
    secretOf: (name) => `postgres-database-${name}`,
    databaseOf: (namespace, name) => `${namespace}_${name}`.replaceAll('-', '_'),
    expectInLine: async (suite, { metadata, status }, version) => {
      const { url = '' } = await suite.secret(`postgres-database-${metadata.name}`);
      expect(await whoAmI(url)).toEqual({ user: status?.['role'], database: status?.['database'] });
      const schemas = await query(url, "SELECT 1 FROM pg_namespace WHERE nspname = 'app'");
      expect(schemas).toHaveLength(version === 'changed' ? 1 : 0);
    },
  },
};

function everythingIn(server: PostgresHandle): OutsideWorld {
  return {
    list: async () => await everythingOn(server),
    wipe: async () => {
      const { roles, databases } = await everythingOn(server);
      const session = await openSession(server.url);
      try {
        for (const name of databases) {
          await session.query(`DROP DATABASE IF EXISTS ${session.escapeIdentifier(name)} WITH (FORCE)`);
        }
        for (const name of roles) {
          await session.query(`DROP ROLE IF EXISTS ${session.escapeIdentifier(name)}`);
        }
      } finally {
        await session.end();
      }
    },
  };
}
