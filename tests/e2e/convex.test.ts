import { beforeAll, expect } from 'vitest';
import { eventually } from '../../testenv/src/wait.ts';
import { databaseManifests } from '../testenv/node-manifests.ts';
import { e2eTest, hasNode, PATIENT, useCluster } from './cluster.ts';
import { convexOnDatabase, convexOnVolume, NEXT } from './convex-manifests.ts';
import { serveWay } from './gateway-controller.ts';
import { databaseOn, nodePod } from './manifests.ts';

const cluster = useCluster('convex');

const ready = (name: string) => cluster().condition('convexinstance', name, { type: 'Ready', status: 'True' });

type Request = { readonly key?: string; readonly method?: string; readonly body?: string };

/** What a pod in the cluster gets from a Service. */
async function call(url: string, { key, ...request }: Request = {}): Promise<{ status: number; text: string }> {
  const init = { ...request, headers: key === undefined ? {} : { authorization: `Convex ${key}` } };
  const script = `fetch(${JSON.stringify(`http://${url}`)}, ${JSON.stringify(init)}).then(async (answer) =>
    console.log(JSON.stringify({ status: answer.status, text: await answer.text() })))`;
  return JSON.parse(await cluster().kubectl('exec', 'visitor', '--', 'node', '-e', script));
}

async function generated(instance: string, key: string): Promise<string> {
  const { data } = await cluster().get('secret', `${instance}-convex-secrets`);
  return Buffer.from(data?.[key] ?? '', 'base64').toString();
}

const adminKey = () => generated('a', 'adminKey');

async function query(path: string, args: object): Promise<{ page: { text: string }[]; state?: string } | null> {
  const body = JSON.stringify({ path, args });
  const { text } = await call('a-backend:3210/api/query', { key: await adminKey(), method: 'POST', body });
  return (JSON.parse(text) as { value: { page: { text: string }[] } | null }).value;
}

/** Documents get into the stand-in as rows of a table: functions cannot be deployed on it. */
async function note(text: string): Promise<void> {
  const body = JSON.stringify({ _id: text, text });
  const url = 'a-backend:3210/api/import?format=jsonLines&tableName=notes&mode=append';
  expect(await call(url, { key: await adminKey(), method: 'POST', body })).toMatchObject({ status: 200 });
}

const notes = async () =>
  (await query('_system/cli/tableData', { table: 'notes', order: 'asc' }))?.page.map(({ text }) => text);

type PodEvent = {
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly name: string };
};

/** What the kubelet has said of pods whose names begin so. */
async function eventsOf(pod: string): Promise<string[]> {
  const { items } = JSON.parse(await cluster().kubectl('get', 'events', '-o', 'json')) as { items: PodEvent[] };
  const own = items.filter(({ involvedObject }) => involvedObject.name.startsWith(pod));
  return own.map(({ reason, message }) => `${reason}: ${message}`);
}

beforeAll(async () => {
  if (!hasNode) {
    return;
  }
  await cluster().apply(
    nodePod('visitor'),
    convexOnVolume('a', 'latest', { STAND_IN_EXPORT_SECONDS: '6' }),
    ...databaseManifests(),
    ...databaseOn('database', cluster().namespace, 'forum'),
    convexOnDatabase('p', 'postgres-database-forum', { STAND_IN_START_SECONDS: '4' }),
  );
  await serveWay(cluster(), 'a');
  await cluster().condition('pod', 'visitor', { type: 'Ready', status: 'True' });
});

e2eTest('an instance becomes Ready, and its parts run as the users that they need', async () => {
  await ready('a');
  expect((await cluster().kubectl('exec', 'a-backend-0', '--', 'id', '-u')).trim()).toBe('0');
  expect((await cluster().kubectl('exec', 'deployment/a-dashboard', '--', 'id', '-u')).trim()).toBe('1001');
  expect(await call('a-dashboard:6791/data')).toMatchObject({ text: expect.stringContaining('http://a.example.com') });
  expect(await call('a-backend:3210/version')).toEqual({ status: 200, text: 'latest' });
  expect(await call('a-backend:3210/metrics')).toMatchObject({ status: 404 });
});

e2eTest('the backend takes the generated admin key, and no other', async () => {
  const key = await adminKey();
  const url = 'a-backend:3210/api/check_admin_key';
  expect(await call(url, { key })).toMatchObject({ status: 200 });
  expect(await call(url, { key: key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) })).toMatchObject({
    status: 403,
  });
});

e2eTest('a pod that is deleted ends by itself, and the next one has the data', async () => {
  await note('first');
  const log = cluster().kubectl('logs', '-f', 'a-backend-0');
  const { metadata } = await cluster().pod('a-backend-0');
  await cluster().kubectl('delete', 'pod', 'a-backend-0');
  // Killed at the end of its grace period it would have had no last words.
  expect(await log).toMatch(/\nended\n$/);
  await eventually(
    'the next pod is ready',
    () =>
      cluster()
        .pod('a-backend-0')
        .catch(() => undefined),
    {
      ...PATIENT,
      until: (pod) => pod?.metadata.uid !== metadata.uid && pod?.status.containerStatuses?.[0]?.ready === true,
    },
  );
  expect(await notes()).toEqual(['first']);
  await ready('a');
});

e2eTest('an upgrade exports and imports with Hearth’s own image, and what was exported is there', async () => {
  await cluster().apply(convexOnVolume('a', NEXT, { STAND_IN_EXPORT_SECONDS: '6' }));
  await eventually('the export is under way', () => query('_system/cli/exports:getLatest', {}), {
    ...PATIENT,
    until: (found) => found?.state === 'in_progress',
  });
  await note('late'); // the export is of the moment at which it began, and the import replaces everything
  await eventually('the upgrade is complete', () => cluster().get('convexinstance', 'a'), {
    ...PATIENT,
    until: ({ status }) => (status?.['upgrade'] as { step?: string } | undefined)?.step === 'Completed',
  });
  await ready('a');
  expect(await call('a-backend:3210/version')).toEqual({ status: 200, text: NEXT });
  expect(await notes()).toEqual(['first']);
  for (const job of ['a-upgrade-export', 'a-upgrade-import']) {
    expect(await eventsOf(`${job}-`), job).toContainEqual(expect.stringMatching(/^Pulled: .*hearth:0\.1\.0/));
  }
  await eventually('the copy is gone', async () => {
    const left = await cluster().kubectl('get', 'jobs,pvc', '-o', 'name');
    return !left.includes('a-upgrade');
  });
});

e2eTest('the Secret of a PostgresDatabase is all that an instance needs, and a slow start is waited for', async () => {
  await cluster().condition('postgresdatabase', 'forum', { type: 'Ready', status: 'True' });
  await serveWay(cluster(), 'p');
  await ready('p');
  const { status } = await cluster().get('postgresdatabase', 'forum');
  expect(await call('p-backend:3210/instance_name')).toEqual({ status: 200, text: status?.['database'] });
  const key = await generated('p', 'adminKey');
  expect(await call('p-backend:3210/api/check_admin_key', { key })).toMatchObject({ status: 200 });
  const events = await eventsOf('p-backend-0');
  expect(events).toContainEqual(expect.stringMatching(/^Unhealthy: Startup probe failed/));
  // Its database may be out of reach for the first moment of a pod: then the container ends by itself, and not by the probe.
  expect(events).not.toContainEqual(expect.stringMatching(/^Killing/));
});
