import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { applyAll, establishCrd } from '../harness/own-cluster.ts';
import { RepositoryCopy } from '../harness/repository-copy.ts';

/** `examples/outside` as somebody else's project: it has the packed framework, and nothing of this repository. */
const ROOT = join(import.meta.dirname, '../..');

let project: RepositoryCopy;
let testenv: Testenv;

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  const copy = RepositoryCopy.create();
  try {
    await copy.run('npm', 'run', 'build:package');
    await copy.run('npm', 'pack');
    project = RepositoryCopy.of(join(ROOT, 'examples/outside'));
    const install = ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    await project.run('npm', ...install, join(copy.folder, 'hearth-0.1.0.tgz'));
  } finally {
    copy.remove();
  }
}, 600_000);
afterAll(async () => {
  project?.remove();
  await testenv?.stop();
});

test('its types are those of the package', async () => {
  await project.run('tsc', '-p', 'tsconfig.json');
});

test('its CRD is taken, and its operator keeps its kind', async () => {
  const crd = JSON.parse(await project.run('node', 'src/crd.ts')) as { metadata: { name: string } };
  await establishCrd(testenv, crd);
  const env = { PATH: process.env['PATH'], KUBECONFIG: testenv.kubeconfig };
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
  } finally {
    operator.kill('SIGTERM');
    expect(await once(operator, 'exit')).toEqual([0, null]);
  }
});
