import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { OPERATOR_USER, useSuite } from '../harness/suite.ts';
import { eventWith } from '../harness/suite-acts.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const BUNDLE = join(ROOT, 'dist/hearth.mjs');

function generateSecret(name: string, spec: unknown = { fields: [{ name: 'a' }] }) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name }, spec };
}

describe('the bundle that the image ships', () => {
  beforeAll(async () => {
    await run(NODE, [join(ROOT, 'scripts/build.ts')]);
  });
  const suite = useSuite({ name: 'bundle', operator: { entry: BUNDLE } });

  test('does the work, and stops with status 0 when it is told to', async () => {
    await suite().apply(generateSecret('by-bundle'));
    await suite().condition({ kind: 'generatesecret', name: 'by-bundle' }, 'Ready', 'True');
    expect(await suite().operator.stop()).toBe(0);
    expect(suite().operator.log()).toContain('"message":"stopped"');
  });
});

describe('the operator process', () => {
  const suite = useSuite({ name: 'process' });

  test('answers on its health endpoints', async () => {
    await eventually('it is ready', async () => (await fetch(`${suite().operator.url}/readyz`)).ok);
    expect(await (await fetch(`${suite().operator.url}/healthz`)).text()).toBe('ok\n');
    const metrics = await (await fetch(`${suite().operator.url}/metrics`)).text();
    expect(metrics).toContain('workqueue_depth{name="GenerateSecret",controller="GenerateSecret",priority="low"}');
  });

  test('refuses a broken kubeconfig and a wrong setting in one clear line each', async () => {
    const entry = join(ROOT, 'src/operator.ts');
    const env = { PATH: process.env['PATH'] };
    await expect(run(NODE, [entry], { env: { ...env, KUBECONFIG: '/nowhere' } })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^hearth: The kubeconfig \/nowhere cannot be read: .*\n$/),
    });
    await expect(run(NODE, [entry], { env: { ...env, HEARTH_PORT: 'x', LOG_LEVEL: 'loud' } })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^hearth: The environment is not right: HEARTH_PORT: .*; LOG_LEVEL: .*\n$/),
    });
  });

  test('an object that cannot be met harms only itself', async () => {
    const wrong = generateSecret('wrong', { fields: [{ name: 'a', template: '{{nobody}}' }] });
    await suite().apply(generateSecret('first'), wrong, generateSecret('last'));
    await suite().condition({ kind: 'generatesecret', name: 'first' }, 'Ready', 'True');
    await suite().condition({ kind: 'generatesecret', name: 'last' }, 'Ready', 'True');
    await suite().condition({ kind: 'generatesecret', name: 'wrong' }, 'Stalled', 'True');
    await eventWith(suite(), { kind: 'GenerateSecret', name: 'wrong' }, { type: 'Warning', reason: 'UnknownField' });
    const { stdout } = await suite().kubectl('get', 'events.events.k8s.io', '-n', suite().namespace, '-o', 'json');
    const { items } = JSON.parse(stdout) as { items: { regarding: { name: string }; type: string; reason: string }[] };
    const warnings = items
      .filter(({ type }) => type === 'Warning')
      .map(({ regarding, reason }) => [regarding.name, reason]);
    expect(warnings).toEqual([['wrong', 'UnknownField']]);
  });

  test('objects made while it was away are found when it comes back', async () => {
    await suite().stopOperator();
    await suite().apply(generateSecret('while-away'));
    await suite().startOperator();
    await suite().condition({ kind: 'generatesecret', name: 'while-away' }, 'Ready', 'True');
  });

  testNeeding('audit')(
    'works with the rights that it ships with, and no request of it is refused for lack of one',
    async () => {
      const { audit } = suite().testenv;
      const refused = audit
        .requests({ user: OPERATOR_USER, namespace: suite().namespace })
        .filter(({ code }) => code === 403);
      expect(refused).toEqual([]);
    },
  );
});
