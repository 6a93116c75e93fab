import { expect } from 'vitest';
import { e2eTestWith, useCluster } from '../../../tests/e2e/cluster.ts';
import { nodePod } from '../../../tests/e2e/manifests.ts';
import { databaseManifests } from '../../../tests/testenv/node-manifests.ts';
import { convexOnDatabase, databaseOn } from './testing/convex-on-node.ts';
import { call, eventsOf, generated } from './testing/convex-visits.ts';
import { serveWay } from './testing/gateway-controller.ts';

const cluster = useCluster('convex-database');
const onDatabase = e2eTestWith('PostgresDatabase');

onDatabase(
  'the Secret of a PostgresDatabase is all that an instance needs, and a slow start is waited for',
  async () => {
    await cluster().apply(
      nodePod('visitor'),
      ...databaseManifests(),
      ...databaseOn('database', cluster().namespace, 'forum'),
      convexOnDatabase('p', 'postgres-database-forum', { STAND_IN_START_SECONDS: '4' }),
    );
    await cluster().condition('postgresdatabase', 'forum', { type: 'Ready', status: 'True' });
    await serveWay(cluster(), 'p');
    await cluster().condition('convexinstance', 'p', { type: 'Ready', status: 'True' });
    await cluster().condition('pod', 'visitor', { type: 'Ready', status: 'True' });
    const { status } = await cluster().get('postgresdatabase', 'forum');
    expect(await call(cluster(), 'p-backend:3210/instance_name')).toEqual({ status: 200, text: status?.['database'] });
    const key = await generated(cluster(), 'p', 'adminKey');
    expect(await call(cluster(), 'p-backend:3210/api/check_admin_key', { key })).toMatchObject({ status: 200 });
    const events = await eventsOf(cluster(), 'p-backend-0');
    expect(events).toContainEqual(expect.stringMatching(/^Unhealthy: Startup probe failed/));
    // Its database may be out of reach for the first moment of a pod: then the container ends by itself, and not by the probe.
    expect(events).not.toContainEqual(expect.stringMatching(/^Killing/));
  },
);
