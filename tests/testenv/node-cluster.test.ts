import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listImages, loadImage } from '../../testenv/src/node-images.ts';
import { reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { buildServerImage } from '../e2e/images/servers.ts';
import { type Kubectl, kubectlOf } from './node-kubectl.ts';
import { databaseManifests, sleepingPod } from './node-manifests.ts';

const reason = reasonAgainstNode();
const nodeTest = (name: string, body: () => Promise<void>) =>
  test.skipIf(reason)(`${name}${reason ? ` [skipped: ${reason}]` : ''}`, body);

let testenv: Testenv;
/** In /tmp, of which a node has one of its own. */
const definitions = mkdtempSync(join(tmpdir(), 'hearth-definitions-'));

let node: Kubectl;
const kubectl = (...args: string[]) => node.run(...args);

const url = 'postgres://owner:secret@database.default.svc.cluster.local/app';
const psql = (statement: string) => kubectl('exec', 'client', '--', 'psql', url, '--tuples-only', '-c', statement);

beforeAll(async () => {
  if (reason !== undefined) return;
  const { archive } = await buildServerImage('postgres:17');
  writeFileSync(join(definitions, 'words.yaml'), JSON.stringify(wordDefinition()));
  testenv = await startTestenv({ profile: 'node', thirdParties: false, crdDirs: [definitions] });
  node = kubectlOf(testenv);
  await loadImage(testenv, archive);
  await node.apply([sleepingPod('client'), ...databaseManifests()]);
  await kubectl('wait', '--for=condition=Ready', 'pod/client', 'pod/database-0', '--timeout=60s');
}, 900_000);

afterAll(async () => {
  await testenv?.stop();
  rmSync(definitions, { recursive: true });
});

nodeTest('the node is Ready, runs containerd, and says what profile it is', async () => {
  const node = (await testenv.request({ path: '/api/v1/nodes/hearth-node' })).body;
  expect(node.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  expect(node.status.nodeInfo.kubeletVersion).toBe('v1.36.3');
  expect(node.status.nodeInfo.containerRuntimeVersion).toMatch(/^containerd:\/\//);
  expect(await listImages(testenv)).toContain('docker.io/library/postgres:17');
  expect(testenv.can('node')).toBe(true);
  expect(testenv.reasonAgainst('simulation')).toBe('no simulation: nothing is simulated (profile node)');
});

nodeTest('definitions are read from wherever they are, /tmp too', async () => {
  expect(await kubectl('get', 'crds', '-o', 'name')).toContain('words.test.hearth.dev');
});

nodeTest('a pod runs its command, has a ServiceAccount token, and gives logs and exec', async () => {
  expect(await kubectl('logs', 'client')).toBe('hello from a process\n');
  const seen = await kubectl(
    'exec',
    'client',
    '--',
    'sh',
    '-c',
    'id -u; wc -c </run/secrets/kubernetes.io/serviceaccount/token',
  );
  const [uid, token] = seen.trim().split('\n').map(Number);
  expect(uid).toBe(0);
  expect(token).toBeGreaterThan(500);
});

nodeTest('names resolve, and nothing reaches another network', async () => {
  const lookUp = (name: string) => kubectl('exec', 'client', '--', 'getent', 'hosts', name);
  expect(await lookUp('kubernetes')).toContain('10.96.0.1 ');
  expect(await lookUp('database.default.svc.cluster.local')).toContain('10.96.');
  expect(await lookUp('database-0.database-peers.default.svc.cluster.local')).toContain('10.244.');
  await expect(lookUp('unknown.default.svc.cluster.local')).rejects.toThrow('exit code 2');
  const connect = 'exec 3<>/dev/tcp/192.0.2.1/53';
  await expect(kubectl('exec', 'client', '--', 'bash', '-c', connect)).rejects.toThrow('Network is unreachable');
});

nodeTest('a StatefulSet of postgres:17 serves logins by its Service, and its data survives its pod', async () => {
  await psql('create table kept (word text)');
  await psql("insert into kept values ('still here')");
  await node.replace('database-0');
  const found = await eventually('the Service leads to it', () => psql('select word from kept'), { intervalMs: 250 });
  expect(found.trim()).toBe('still here');
  const ended = await kubectl('logs', 'database-0');
  expect(ended, 'the one before was shut down, not killed').toContain('database system was shut down');
});

nodeTest('a port can be forwarded to this process', async () => {
  await node.forward('statefulset/database', 5432, async (port) => {
    const login = { host: '127.0.0.1', port, user: 'owner', password: 'secret', database: 'app' };
    const client = new pg.Client(login);
    await client.connect();
    expect((await client.query('select current_user')).rows).toEqual([{ current_user: 'owner' }]);
    await client.end();
  });
});

nodeTest('a volume takes what a user other than root writes', async () => {
  await node.apply([
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'own' }, spec: claimSpec() },
    sleepingPod('writer', { claim: 'own', user: 65532 }),
  ]);
  await kubectl('wait', '--for=condition=Ready', 'pod/writer', '--timeout=60s');
  expect(await kubectl('exec', 'writer', '--', 'sh', '-c', 'echo mine >/data/file; cat /data/file')).toBe('mine\n');
});

nodeTest('the apiserver, kubelet and containerd can be restarted, and pods go on', async () => {
  const read = () => kubectl('get', 'pod', 'client', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}');
  for (const component of ['apiserver', 'kubelet', 'containerd'] as const) await testenv.restart(component);
  const log = await eventually('logs are served again', () => kubectl('logs', 'client'), { intervalMs: 250 });
  expect(log).toBe('hello from a process\n');
  expect(await read()).toBe('0');
});

function claimSpec(): object {
  return { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
}

function wordDefinition(): object {
  const schema = { openAPIV3Schema: { type: 'object' } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'words.test.hearth.dev' },
    spec: {
      group: 'test.hearth.dev',
      names: { kind: 'Word', plural: 'words' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}
