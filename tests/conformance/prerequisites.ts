import type { OutsideWorld } from '../../src/framework/testing/cluster.ts';
import { type ConformanceOptions, type OracleName, oracles } from '../../src/framework/testing/conformance.ts';
import { type PostgresHandle, startPostgres } from '../../testenv/src/postgres.ts';
import type { TrialPlace } from '../harness/conformance-cluster.ts';
import { SAMPLE_PRECONDITIONS, simulatedGateway } from '../harness/convex.ts';
import { loginOf, postgresConnection, secret } from '../harness/postgres-manifests.ts';
import { everythingOn, openSession } from '../harness/postgres-server.ts';
import { convexEpisodes } from './convex-episodes.ts';
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
  /** The samples that are tried, by name, and by what; all by everything unless said. */
  readonly only?: Readonly<Record<string, readonly OracleName[]>>;
  /** Fields that are left as somebody made them, and why. */
  readonly unrepaired?: ConformanceOptions['unrepaired'];
  readonly episodes?: readonly Episode[];
};

/** Something that a sample by itself does not come to, such as what only a change of it starts. */
export type Episode = { readonly name: string; readonly live: (place: TrialPlace) => Promise<void> };

/** The Secret that the samples look for in the namespace `postgres`; a trial has one namespace only. */
const LOGIN = 'postgres-secret';

export const prerequisites: Readonly<Record<string, Prerequisites>> = {
  ConvexInstance: {
    start: async () => ({ objects: SAMPLE_PRECONDITIONS, stop: async () => undefined }),
    adapt: (sample) => simulatedGateway(sample),
    // The smallest one, and one with references of all sorts. All have the same parts, and two minutes are not exceeded.
    only: {
      'convex-sample': oracles,
      'convex-prod': ['silence', 'children', 'stale cache', 'foreign fields'],
    },
    unrepaired: [
      {
        fields: '/f:spec/f:template/f:metadata/f:annotations/f:convex.icod.de/restart-trigger',
        because: 'whoever changes it restarts the pods, and to put it back would restart them once more',
      },
    ],
    episodes: convexEpisodes,
  },
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
