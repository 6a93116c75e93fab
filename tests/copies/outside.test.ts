import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { applyAll } from '../harness/own-cluster.ts';
import { RepositoryCopy } from '../harness/repository-copy.ts';

/** `examples/outside` as somebody else's project: it has the packed framework, and nothing of this repository. */
const ROOT = join(import.meta.dirname, '../..');

const ACCOUNT = { name: 'greeter', namespace: 'default' };
const USER = 'system:serviceaccount:default:greeter';

let project: RepositoryCopy;
let testenv: Testenv;

beforeAll(async () => {
  const copy = RepositoryCopy.create();
  try {
    await copy.run('npm', 'run', 'build:package');
    await copy.run('npm', 'pack', '--pack-destination', 'dist');
    expect(copy.changes(), 'packing leaves nothing behind').toEqual([]);
    project = RepositoryCopy.of(join(ROOT, 'examples/outside'));
    const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await project.run('npm', ...install, join(copy.folder, 'dist/hearth-0.1.0.tgz'));
  } finally {
    copy.remove();
  }
  const crds = join(project.folder, 'crds');
  mkdirSync(crds);
  writeFileSync(join(crds, 'crd.yaml'), await project.run('node', 'src/crd.ts'));
  testenv = await startTestenv({ crdDirs: [crds], thirdParties: false });
}, 600_000);
afterAll(async () => {
  project?.remove();
  await testenv?.stop();
});

/** The login of an account that has the role which the project prints, and nothing else. */
async function operatorLogin(): Promise<string> {
  const role = JSON.parse(await project.run('node', 'src/role.ts')) as { readonly metadata: { readonly name: string } };
  const { name } = role.metadata;
  await applyAll(testenv, role, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
  });
  await applyAll(testenv, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT });
  const question = ['auth', 'can-i', 'list', 'greetings.outside.example.com', '-n', 'default', `--as=${USER}`];
  await eventually('the role is in force', async () => (await testenv.kubectl(question)).code === 0);
  return await serviceAccountKubeconfig(testenv, ACCOUNT);
}

test('its types are those of the package', async () => {
  await project.run('tsc', '-p', 'tsconfig.json');
});

test('its kind passes the conformance kit', async () => {
  await applyAll(testenv, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'trial' } });
  const told = await project.run('env', `KUBECONFIG=${testenv.kubeconfig}`, 'node', 'src/conformance.ts', 'trial');
  expect(told).toContain('foreign fields: passed');
});

test('its CRD is taken, and its operator keeps its kind with the role that it prints', async () => {
  const env = { PATH: process.env['PATH'], KUBECONFIG: await operatorLogin() };
  const node = join(ROOT, 'node_modules/.bin/node');
  const operator = spawn(node, ['src/operator.ts'], {
    cwd: project.folder,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    const metadata = { name: 'one', namespace: 'default' };
    await applyAll(testenv, { apiVersion: 'outside.example.com/v1', kind: 'Greeting', metadata, spec: {} });
    const path = '/api/v1/namespaces/default/configmaps/one';
    const { body } = await eventually('the ConfigMap is there', () => testenv.request({ path }), {
      timeoutMs: 100_000,
      until: ({ status }) => status === 200,
    });
    expect(body.data).toEqual({ text: 'hello' });
    const ready = ['wait', '--for=condition=Ready', 'greeting/one', '-n', 'default', '--timeout=60s'];
    expect((await testenv.kubectl(ready)).stdout).toContain('condition met');
    expect(testenv.audit.requests({ user: USER }).filter(({ code }) => code === 403)).toEqual([]);
  } finally {
    operator.kill('SIGTERM');
    expect(await once(operator, 'exit')).toEqual([0, null]);
  }
});
