import { beforeAll, expect } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { e2eTest, hasNode, PATIENT, useCluster } from '../../../tests/e2e/cluster.ts';
import { nodePod } from '../../../tests/e2e/manifests.ts';
import { NEXT } from './convex-instance.node.ts';
import { convexOnVolume } from './testing/convex-on-node.ts';
import { call, eventsOf, generated } from './testing/convex-visits.ts';
import { serveWay } from './testing/gateway-controller.ts';

const cluster = useCluster('convex');

const ready = (name: string) => cluster().condition('convexinstance', name, { type: 'Ready', status: 'True' });

const adminKey = () => generated(cluster(), 'a', 'adminKey');

async function query(path: string, args: object): Promise<{ page: { text: string }[]; state?: string } | null> {
  const body = JSON.stringify({ path, args });
  const { text } = await call(cluster(), 'a-backend:3210/api/query', { key: await adminKey(), method: 'POST', body });
  return (JSON.parse(text) as { value: { page: { text: string }[] } | null }).value;
}

/** Documents get into the stand-in as rows of a table: functions cannot be deployed on it. */
async function note(text: string): Promise<void> {
  const body = JSON.stringify({ _id: text, text });
  const url = 'a-backend:3210/api/import?format=jsonLines&tableName=notes&mode=append';
  expect(await call(cluster(), url, { key: await adminKey(), method: 'POST', body })).toMatchObject({ status: 200 });
}

const notes = async () =>
  (await query('_system/cli/tableData', { table: 'notes', order: 'asc' }))?.page.map(({ text }) => text);

beforeAll(async () => {
  if (!hasNode) {
    return;
  }
  await cluster().apply(nodePod('visitor'), convexOnVolume('a', 'latest', { STAND_IN_EXPORT_SECONDS: '6' }));
  await serveWay(cluster(), 'a');
  await cluster().condition('pod', 'visitor', { type: 'Ready', status: 'True' });
});

e2eTest('an instance becomes Ready, and its parts run as the users that they need', async () => {
  await ready('a');
  expect((await cluster().kubectl('exec', 'a-backend-0', '--', 'id', '-u')).trim()).toBe('0');
  expect((await cluster().kubectl('exec', 'deployment/a-dashboard', '--', 'id', '-u')).trim()).toBe('1001');
  expect(await call(cluster(), 'a-dashboard:6791/data')).toMatchObject({
    text: expect.stringContaining('http://a.example.com'),
  });
  expect(await call(cluster(), 'a-backend:3210/version')).toEqual({ status: 200, text: 'latest' });
  expect(await call(cluster(), 'a-backend:3210/metrics')).toMatchObject({ status: 404 });
});

e2eTest('the backend takes the generated admin key, and no other', async () => {
  const key = await adminKey();
  const url = 'a-backend:3210/api/check_admin_key';
  expect(await call(cluster(), url, { key })).toMatchObject({ status: 200 });
  expect(await call(cluster(), url, { key: key.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) })).toMatchObject({
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
  expect(await call(cluster(), 'a-backend:3210/version')).toEqual({ status: 200, text: NEXT });
  expect(await notes()).toEqual(['first']);
  for (const job of ['a-upgrade-export', 'a-upgrade-import']) {
    expect(await eventsOf(cluster(), `${job}-`), job).toContainEqual(
      expect.stringMatching(/^Pulled: .*hearth:0\.1\.0/),
    );
  }
  await eventually('the copy is gone', async () => {
    const left = await cluster().kubectl('get', 'jobs,pvc', '-o', 'name');
    return !left.includes('a-upgrade');
  });
});
