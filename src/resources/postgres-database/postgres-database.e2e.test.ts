import { beforeAll, expect } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { e2eTest, hasNode, PATIENT, useCluster } from '../../../tests/e2e/cluster.ts';
import { databaseManifests } from '../../../tests/testenv/node-manifests.ts';
import { databaseOn, loginJob, smallDisk } from './testing/databases-on-node.ts';

const NODE = 'hearth-node';
const cluster = useCluster('postgres');

const ready = (kind: string, name: string) => cluster().condition(kind, name, { type: 'Ready', status: 'True' });
const unready = (kind: string, name: string) => cluster().condition(kind, name, { type: 'Ready', status: 'False' });

/** What `Ready` says now. */
async function says(kind: string, name: string): Promise<string> {
  const path = '{.status.conditions[?(@.type=="Ready")].reason}: {.status.conditions[?(@.type=="Ready")].message}';
  return await cluster().kubectl('get', kind, name, '-o', `jsonpath=${path}`);
}

/** A pod logs in with the Secret of a database. */
async function logsIn(job: string, database: string): Promise<string> {
  await cluster().apply(loginJob(job, database));
  await cluster().condition('job', job, { type: 'Complete', status: 'True' });
  return (await cluster().kubectl('logs', `job/${job}`)).trim();
}

const secretVersion = () =>
  cluster().kubectl('get', 'secret', 'postgres-database-app', '-o', 'jsonpath={.metadata.resourceVersion}');

beforeAll(async () => {
  if (!hasNode) {
    return;
  }
  // Watches cannot tell of a server: look often enough for the tests to see it.
  await cluster().system('set', 'env', 'deployment/hearth', 'HEARTH_RECHECK_SECONDS=2');
  await cluster().apply(...databaseManifests(), ...databaseOn('database', cluster().namespace, 'app'));
  await cluster().operatorReady();
});

e2eTest('a pod logs in by Service name with the Secret of a database on a server in the cluster', async () => {
  await ready('postgresconnection', 'database');
  await ready('postgresdatabase', 'app');
  const name = `${cluster().namespace}_app`.replaceAll('-', '_');
  expect(await logsIn('first-login', 'app')).toBe(`${name}|${name}`);
});

e2eTest('the server’s pod is killed for want of memory: the database is Ready again, with the same login', async () => {
  const before = await secretVersion();
  // The kernel picks process 1 when it has been told to, as it would have if that one had grown.
  const grow = 'echo 1000 >/proc/1/oom_score_adj; head -c 400M /dev/zero | tail -c 400M >/dev/null';
  await cluster().testenv.kubectl(['-n', cluster().namespace, 'exec', 'database-0', '--', 'sh', '-c', grow]);
  const pod = await eventually('the container was killed and started again', () => cluster().pod('database-0'), {
    ...PATIENT,
    until: ({ status }) => status.containerStatuses?.[0]?.restartCount === 1 && status.containerStatuses[0].ready,
  });
  expect(pod.status.containerStatuses?.[0]?.lastState.terminated?.reason).toBe('OOMKilled');
  await ready('postgresdatabase', 'app');
  await logsIn('login-after-oom', 'app');
  expect(await secretVersion()).toBe(before);
});

e2eTest('the node is drained of the server: status says so, and recovers when it may run again', async () => {
  const before = await secretVersion();
  await cluster().kubectl('drain', NODE, '--pod-selector=app=database', '--ignore-daemonsets', '--timeout=60s');
  await unready('postgresconnection', 'database');
  await unready('postgresdatabase', 'app');
  expect(await says('postgresconnection', 'database')).toMatch(
    /^(ConnectionRefused|Timeout|HostUnreachable): .*database\./,
  );
  const pending = await cluster().pod('database-0');
  expect(pending.status.phase).toBe('Pending');
  await cluster().kubectl('uncordon', NODE);
  await ready('postgresconnection', 'database');
  await ready('postgresdatabase', 'app');
  await logsIn('login-after-the-drain', 'app');
  expect(await secretVersion()).toBe(before);
});

e2eTest('the node is drained of everything, the operator too: all of it comes back by itself', async () => {
  const before = await secretVersion();
  await cluster().kubectl('drain', NODE, '--ignore-daemonsets', '--force', '--delete-emptydir-data', '--timeout=90s');
  expect((await cluster().operatorPods()).map(({ status }) => status.phase)).toEqual(['Pending']);
  await cluster().kubectl('uncordon', NODE);
  await cluster().operatorReady();
  await cluster().kubectl('wait', '--for=condition=Ready', 'pod/database-0', '--timeout=90s');
  await logsIn('login-after-everything', 'app');
  await ready('postgresdatabase', 'app');
  expect(await secretVersion()).toBe(before);
});

e2eTest('the disk of the claim is full: a new database says so, and is made when there is room', async () => {
  await cluster().apply(...smallDisk(160));
  await ready('pod', 'disk');
  await cluster().apply(...databaseManifests('small', 'small'), ...databaseOn('small', cluster().namespace, 'fits'));
  await ready('postgresdatabase', 'fits');
  await cluster().testenv.kubectl([
    ...['-n', cluster().namespace, 'exec', 'disk', '--'],
    ...['dd', 'if=/dev/zero', 'of=/host/small/ballast', 'bs=64k'],
  ]);
  await cluster().apply(...databaseOn('small', cluster().namespace, 'late'));
  await unready('postgresdatabase', 'late');
  await eventually('it names the cause', () => says('postgresdatabase', 'late'), {
    ...PATIENT,
    until: (text) => /^DiskFull: PostgreSQL at small\..* has no space left on its disk$/.test(text),
  });
  await cluster().kubectl('exec', 'disk', '--', 'rm', '/host/small/ballast');
  await ready('postgresdatabase', 'late');
  await logsIn('login-when-there-is-room', 'late');
});
