import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/framework/framework.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { type Suite, useSuite } from '../harness/suite.ts';
import { explained, startTrials, TRIAL_ENV, trial, useTrials } from '../harness/trials.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

function configMap(name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

describe('an explanation', () => {
  const suite = useTrials('explain');
  beforeAll(async () => await startTrials(suite()));

  /** Waits until one of the remembered runs of an object has a cause of this wording. */
  async function runBecause(name: string, cause: RegExp): Promise<Explanation['runs'][number]> {
    return await eventually(`${name} has run because of ${cause}`, async () => {
      const { runs } = await explained(suite(), name);
      const found = runs.find(({ outcome, causes }) => outcome && causes.some((each) => cause.test(each)));
      if (!found) {
        throw new Error(`its runs were caused by ${runs.map(({ causes }) => causes.join('; ')).join(' | ')}`);
      }
      return found;
    });
  }

  test('names what asked for each run: the object itself, and what it refers to', async () => {
    await suite().apply(trial('reader', { behaviour: 'healthy', target: 'settings' }));
    const first = await runBecause('reader', /^own created at version \d+$/);
    expect(first.read).toContain(`ConfigMap ${suite().namespace}/settings`);
    expect(first.requests).toEqual([
      { method: 'PATCH', path: expect.stringMatching(/\/trials\/reader\/status$/), code: 200 },
    ]);
    const reference = `ConfigMap ${suite().namespace}/settings`;
    await suite().apply(configMap('settings', { a: '1' }));
    const second = await runBecause('reader', new RegExp(`^${reference} created at version`));
    expect(second.wrote).toMatchObject([{ kind: 'Trial', result: 'updated', fields: ['status.seen'] }]);
    await suite().apply(configMap('settings', { a: '2' }));
    const third = await runBecause('reader', new RegExp(`^${reference} changed at version`));
    expect(third).toMatchObject({ outcome: 'success', requests: [], wrote: [] });
    await suite().kubectl('delete', 'configmap', 'settings', '-n', suite().namespace);
    await runBecause('reader', new RegExp(`^${reference} deleted at version`));
    await suite().apply(trial('reader', { behaviour: 'healthy', target: 'others' }));
    await runBecause('reader', /^own spec at version \d+$/);
  });

  test('what another object of the operator writes is told as well as what people write', async () => {
    // Many, because the watch may be faster than the answer to a write, and then the cache alone tells of some.
    const targets = Array.from({ length: 20 }, (_, index) => `made-by-us-${index}`);
    await suite().apply(...targets.map((target) => trial(`waits-for-${target}`, { behaviour: 'healthy', target })));
    const seen = async () => {
      const waiting = targets.map((target) => suite().get('trial', `waits-for-${target}`));
      return (await Promise.all(waiting)).map(({ status }) => status?.['seen']);
    };
    const all = (word: string) => (words: readonly unknown[]) => words.every((each) => each === word);
    await eventually('every reader has looked', seen, { until: all('missing') });
    await suite().apply(...targets.map((target) => trial(`makes-${target}`, { behaviour: 'claim', target })));
    await eventually('every reader has seen what was made', seen, { until: all('there') });
  });

  test('a start-up is a cause, and what is unchanged is said to be', async () => {
    await suite().apply(trial('claimer', { behaviour: 'claim', target: 'claimed' }));
    await suite().condition({ kind: 'trial', name: 'claimer' }, 'Ready', 'True');
    await suite().stopOperator();
    await suite().startOperator();
    const found = await runBecause('claimer', /^found at start-up$/);
    expect(found).toMatchObject({
      outcome: 'success',
      requests: [],
      wrote: [],
      skipped: [`ConfigMap ${suite().namespace}/claimed`],
    });
  });

  test('of a Secret names the object and never a value; neither does the log', async () => {
    const value = 'correct-horse-battery';
    await suite().apply(trial('writer', { behaviour: 'secret', value }));
    await suite().condition({ kind: 'trial', name: 'writer' }, 'Ready', 'True');
    await suite().apply(trial('writer', { behaviour: 'secret', value: `${value}-2` }));
    await eventually('the Secret has the new value', () => suite().secret('writer'), {
      until: ({ password }) => password === `${value}-2`,
    });
    const explanation = await eventually('both writes are told', () => explained(suite(), 'writer'), {
      until: ({ runs }) => runs.filter(({ wrote }) => wrote.some(({ kind }) => kind === 'Secret')).length >= 2,
    });
    const writes = explanation.runs.flatMap(({ wrote }) => wrote).filter(({ kind }) => kind === 'Secret');
    expect(writes.flatMap(({ fields }) => fields)).toContain('data');
    const said = JSON.stringify(explanation) + suite().operator.log();
    expect(said).not.toContain(value);
    expect(said).not.toContain(Buffer.from(value).toString('base64').slice(0, -4));
  });

  test('a run that never ends is ended, its object says so, and others go on', async () => {
    await suite().stopOperator();
    await suite().startOperator({ env: { ...TRIAL_ENV, HEARTH_RUN_SECONDS: '1', HEARTH_CONCURRENCY: '1' } });
    await suite().apply(trial('hanging', { behaviour: 'hang' }), trial('behind', { behaviour: 'healthy' }));
    await suite().condition({ kind: 'trial', name: 'behind' }, 'Ready', 'True');
    const { message } = await suite().reason({ kind: 'trial', name: 'hanging' }, 'DeadlineExceeded');
    expect(message).toBe('The run took longer than 1 s and was ended');
    await runBecause('hanging', /^(retry|echo)/);
    const metrics = await (await fetch(`${suite().operator.url}/metrics`)).text();
    expect(metrics).toMatch(/controller_runtime_reconcile_timeouts_total\{controller="Trial"\} [1-9]/);
  });
});

describe('hearth explain', () => {
  const suite = useSuite({ name: 'explain-cli', operator: { env: { HEARTH_EXPLAIN: 'cluster' } } });

  /** Runs the command line as a person does, with a person's kubeconfig. */
  async function hearth(...args: readonly string[]) {
    const env = { PATH: process.env['PATH'], KUBECONFIG: suite().testenv.kubeconfig };
    const done = run(NODE, [join(ROOT, 'src/operator.ts'), ...args], { env });
    return await done.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );
  }

  const asks = (name: string) => ['explain', `generatesecret/${name}`, '-n', suite().namespace];

  beforeAll(async () => {
    const spec = { fields: [{ name: 'a' }] };
    const made = { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'GenerateSecret', metadata: { name: 'made' }, spec };
    await suite().apply(made);
    await suite().condition({ kind: 'generatesecret', name: 'made' }, 'Ready', 'True');
  });

  test('prints the runs of an object for people and for programs', async () => {
    const table = await hearth(...asks('made'), '--url', suite().operator.url);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toMatch(new RegExp(`^GenerateSecret ${suite().namespace}/made, at version \\d+`));
    expect(table.stdout).toContain(`Secret ${suite().namespace}/made created`);
    const json = await hearth(...asks('made'), '--url', suite().operator.url, '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'GenerateSecret', leading: true });
  });

  test('says with its exit code when nothing is known', async () => {
    const nothing = await hearth(...asks('nobody'), '--url', suite().operator.url);
    expect(nothing.code).toBe(3);
    expect(nothing.stdout).toContain('not in the cache');
  });

  test('finds the pod and asks it through the API server', async () => {
    await pretendPod(suite());
    const args = [...asks('made'), '--operator-namespace', suite().namespace];
    const table = await hearth(...args);
    expect(table).toMatchObject({ code: 0, stderr: '' });
    expect(table.stdout).toContain(`Secret ${suite().namespace}/made created`);
    const { url } = await suite()
      .stopOperator()
      .then(() => suite().startOperator({ env: { HEARTH_EXPLAIN: 'loopback', HEARTH_PORT: portOf(suite()) } }));
    expect(url).toContain(portOf(suite()));
    const refused = await hearth(...args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^hearth: The operator did not explain: .*set HEARTH_EXPLAIN=cluster/);
  });

  test('says when there is no operator to ask', async () => {
    const nobody = await hearth(...asks('made'), '--operator-namespace', 'default');
    expect(nobody.code).toBe(1);
    expect(nobody.stderr).toMatch(/^hearth: No pod with the label/);
  });
});

/** The port that the operator listens on; it takes the same one again when it is told to. */
const ports = new Map<string, string>();

function portOf(suite: Suite): string {
  const known = ports.get(suite.namespace) ?? new URL(suite.operator.url).port;
  ports.set(suite.namespace, known);
  return known;
}

/**
 * A Pod object that stands for the operator's process, which runs outside of the simulated cluster: bound to no node
 * that anybody looks after, with this machine's address as its own.
 */
async function pretendPod(suite: Suite): Promise<void> {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const podIP = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const ports = [{ name: 'http', containerPort: Number(portOf(suite)) }];
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'hearth', labels: { 'app.kubernetes.io/name': 'hearth' } },
    spec: { nodeName: 'nowhere', containers: [{ name: 'hearth', image: 'example.com/none', ports }] },
  };
  await suite.apply(pod);
  const status = JSON.stringify({ status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }] } });
  await suite.kubectl('patch', 'pod', 'hearth', '-n', suite.namespace, '--subresource=status', '-p', status);
}
