import { expect } from 'vitest';
import { writeVerbs } from '../../testenv/src/audit.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { OPERATOR_USER } from '../harness/suite.ts';
import { e2eTest, PATIENT, SYSTEM, useCluster } from './cluster.ts';
import { generateSecret, nodePod } from './manifests.ts';

const cluster = useCluster('operator');

/** Runs JavaScript in the operator's container: there is no other program to run. */
async function insideOperator(script: string): Promise<string> {
  return await cluster().system('exec', await cluster().leader(), '--', 'node', '-e', script);
}

/** Makes an object and waits until the operator has served it: proof that somebody works. */
async function serves(name: string): Promise<void> {
  await cluster().apply(generateSecret(name));
  await cluster().condition('generatesecret', name, { type: 'Ready', status: 'True' });
}

e2eTest('the shipped Deployment is Ready under its own security context, at its first start', async () => {
  const [pod] = await cluster().operatorPods();
  expect(pod?.status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
  expect(pod?.status.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([0]);
  const seen = JSON.parse(
    await insideOperator(`
      const { readFileSync, writeFileSync } = require('node:fs');
      const refusal = (path) => { try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; } };
      const status = readFileSync('/proc/self/status', 'utf8');
      const field = (name) => new RegExp(name + ':\\\\s*(\\\\S+)').exec(status)[1];
      console.log(JSON.stringify({
        uid: process.getuid(), gid: process.getgid(),
        refusals: ['/app/hearth.mjs', '/tmp/file', '/file'].map(refusal),
        capabilities: field('CapBnd'), noNewPrivileges: field('NoNewPrivs'), seccomp: field('Seccomp'),
      }));
    `),
  );
  expect(seen).toEqual({
    ...{ uid: 65532, gid: 65532 },
    refusals: ['EROFS', 'EROFS', 'EROFS'],
    ...{ capabilities: '0000000000000000', noNewPrivileges: '1', seccomp: '2' },
  });
});

e2eTest('its memory limit is the shipped one, and enough', async () => {
  const limit = await insideOperator(`
    const { existsSync, readFileSync } = require('node:fs');
    const files = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];
    console.log(readFileSync(files.find((file) => existsSync(file)), 'utf8'));
  `);
  expect(Number(limit)).toBe(256 * 1024 * 1024);
  await serves('within-the-limit');
});

e2eTest('probes and metrics are reached through the Service', async () => {
  await cluster().apply(nodePod('visitor'));
  await cluster().condition('pod', 'visitor', { type: 'Ready', status: 'True' });
  const visit = async (path: string) => {
    const script = `fetch('http://hearth-metrics.${SYSTEM}.svc:8080${path}').then(async (answer) => {
      console.log(answer.status, await answer.text());
    })`;
    return await cluster().kubectl('exec', 'visitor', '--', 'node', '-e', script);
  };
  expect(await visit('/healthz')).toMatch(/^200 /);
  expect(await visit('/readyz')).toMatch(/^200 /);
  const metrics = await visit('/metrics');
  expect(metrics).toContain('controller_runtime_reconcile_total{controller="GenerateSecret",result="success"}');
});

e2eTest('the leader’s pod is deleted: a standby takes over at once and serves', async () => {
  await cluster().system('scale', 'deployment/hearth', '--replicas=2');
  await cluster().operatorReady();
  const first = await cluster().leader();
  await cluster().system('delete', 'pod', first, '--wait=false');
  const second = await eventually('another pod leads', () => cluster().leader(), {
    ...PATIENT,
    until: (leader) => leader !== '' && leader !== first,
  });
  await serves('after-the-hand-over');
  expect(await cluster().leader()).toBe(second);
  await cluster().system('scale', 'deployment/hearth', '--replicas=1');
  await cluster().operatorReady();
});

e2eTest('a new version is rolled out over 20 objects: it writes nothing, and no child is touched', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `rolled-${index}`);
  await cluster().apply(...names.map(generateSecret));
  await cluster().kubectl('wait', '--for=condition=Ready', 'generatesecrets', '--all', '--timeout=60s');
  const children = () => cluster().kubectl('get', 'secrets', '-o', 'jsonpath={.items[*].metadata.resourceVersion}');
  const before = await children();
  const old = await cluster().leader();
  const since = cluster().testenv.audit.mark();

  await cluster().system('rollout', 'restart', 'deployment/hearth');
  await cluster().operatorReady();
  const leader = await eventually('the new pod leads', () => cluster().leader(), {
    ...PATIENT,
    until: (now) => now !== '' && now !== old,
  });
  const runs = async () => {
    const path = `/api/v1/namespaces/${SYSTEM}/pods/${leader}:8080/proxy/metrics`;
    const metrics = await cluster().kubectl('get', '--raw', path);
    const line = /^controller_runtime_reconcile_total\{controller="GenerateSecret",result="success"\} (\d+)$/m;
    return Number(line.exec(metrics)?.[1]);
  };
  await eventually('it has looked at every object', runs, { ...PATIENT, until: (count) => count >= names.length });

  const writes = cluster().testenv.audit.requests({ user: OPERATOR_USER, verbs: writeVerbs, since });
  expect(writes.filter(({ resource }) => resource !== 'leases')).toEqual([]);
  expect(await children()).toBe(before);
});
