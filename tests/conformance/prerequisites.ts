import type { OutsideWorld } from '../../src/framework/testing/cluster.ts';
import { type PostgresHandle, startPostgres } from '../../testenv/src/postgres.ts';
import { loginOf, postgresConnection, secret } from '../harness/postgres-manifests.ts';
import { everythingOn, openSession } from '../harness/postgres-server.ts';
import type { Sample } from './samples.ts';

/** What a sample finds in its trial. */
export type Surroundings = {
  /** Objects that must be there before it. */
  readonly objects: readonly Sample[];
  /** What the kind makes outside the cluster. */
  readonly outside?: OutsideWorld;
  readonly stop: () => Promise<void>;
};

/** What the samples of a kind need around them. A kind without an entry gets along with its sample alone. */
export type Prerequisites = {
  readonly start: () => Promise<Surroundings>;
  /** Changes a sample where it names something that is elsewhere in a trial. */
  readonly adapt?: (sample: Sample, namespace: string) => Sample;
};

/** The Secret that the samples look for in the namespace `postgres`; a trial has one namespace only. */
const LOGIN = 'postgres-secret';

export const prerequisites: Readonly<Record<string, Prerequisites>> = {
  PostgresConnection: {
    start: async () => {
      const server = await startPostgres();
      return { objects: [secret(LOGIN, loginOf(server))], stop: server.stop };
    },
    adapt: (sample, namespace) => ({ ...sample, spec: { secret: `${namespace}/${LOGIN}` } }),
  },
  PostgresDatabase: {
    start: async () => {
      const server = await startPostgres();
      const objects = [secret(LOGIN, loginOf(server)), postgresConnection('db', { secret: LOGIN })];
      return { objects, outside: everythingIn(server), stop: server.stop };
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
