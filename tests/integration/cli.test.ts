import { beforeAll, describe, expect, test } from 'vitest';
import { onCluster } from '../../src/cli/cluster.ts';
import { checkApis, checkCrds } from '../../src/cli/doctor/apis.ts';
import { definitions } from '../../src/resources/resources.ts';
import { hearth as run } from '../harness/command-line.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'cli' });

/** Runs a command as a person does who has the suite's namespace in the command line. */
function hearth(...args: readonly string[]) {
  const { testenv, namespace } = suite();
  return run(...args, '--kubeconfig', testenv.kubeconfig, '-n', namespace);
}

function keys(name: string, fields: readonly object[], labels = {}) {
  return {
    apiVersion: 'homelab.mortenolsen.pro/v1',
    kind: 'GenerateSecret',
    metadata: { name, labels },
    spec: { fields },
  };
}

/** Its template names what is not there: no retry helps. */
const stalled = keys('stalled', [{ name: 'a', template: '{{nope}}' }]);

beforeAll(async () => {
  await suite().apply(keys('good', [{ name: 'a' }], { app: 'shop' }), stalled);
});

describe('wait', () => {
  test('ends when the object is ready, and says what it has', async () => {
    const { namespace } = suite();
    expect(await hearth('wait', 'generatesecret/good', '--timeout', '30s')).toEqual({
      code: 0,
      stdout: `GenerateSecret ${namespace}/good has Ready=True (Ready: Secret good holds 1 field)\n`,
      stderr: '',
    });
  });

  test('ends at once with the reason when nothing will come of it', async () => {
    const { code, stderr } = await hearth('wait', 'generatesecret/stalled', '--timeout', '30s');
    expect(stderr).toBe(
      `hearth: GenerateSecret ${suite().namespace}/stalled is stalled (UnknownField): The template of a uses nope, which is not a field with a value\n`,
    );
    expect(code).toBe(1);
    expect(await hearth('wait', 'generatesecret/stalled', '--for', 'Stalled')).toMatchObject({ code: 0 });
    expect(await hearth('wait', 'generatesecret/none')).toMatchObject({
      code: 1,
      stderr: `hearth: There is no GenerateSecret ${suite().namespace}/none\n`,
    });
  });

  test('tells in the end how things stand, and waits for a deletion', async () => {
    const { namespace } = suite();
    const waiting = await hearth('wait', 'generatesecret/good', '--for', 'deleted', '--timeout', '200ms');
    expect(waiting).toMatchObject({ code: 4, stdout: '' });
    expect(waiting.stderr).toContain('to be deleted: Ready is True (Ready): Secret good holds 1 field');
    await suite().apply(keys('goes', [{ name: 'a' }]));
    const [gone] = await Promise.all([
      hearth('wait', 'generatesecret/goes', '--for', 'deleted', '--timeout', '30s'),
      suite().kubectl('delete', 'generatesecret', 'goes', '-n', namespace),
    ]);
    expect(gone).toMatchObject({ code: 0, stdout: 'It is gone\n' });
  });
});

describe('get', () => {
  test('shows objects of all kinds, of one, by labels, and one', async () => {
    await hearth('wait', 'generatesecret/good');
    const all = await hearth('get');
    expect(all.stdout).toMatch(/^NAME +READY +SUSPENDED +REASON +AGE +MESSAGE\n/);
    expect(all.stdout).toMatch(/\nGenerateSecret\/good +True +False +Ready +\d+[sm] +Secret good holds 1 field\n/);
    expect(all.stdout).toMatch(/\nGenerateSecret\/stalled +False +False +UnknownField /);
    const labelled = await hearth('get', 'generatesecrets', '-l', 'app=shop', '-o', 'json');
    const { items } = JSON.parse(labelled.stdout) as {
      items: { metadata: { name: string; managedFields?: unknown } }[];
    };
    expect(items.map(({ metadata }) => metadata.name)).toEqual(['good']);
    expect(items[0]?.metadata.managedFields).toBeUndefined();
    expect((await hearth('get', 'generatesecret/good', '-o', 'yaml')).stdout).toMatch(
      /^apiVersion: homelab.*\nkind: GenerateSecret\n/,
    );
    const everywhere = await hearth('get', '-A');
    expect(everywhere.stdout).toMatch(new RegExp(`^NAMESPACE .*\n(.*\n)*${suite().namespace} +GenerateSecret/good `));
  });

  test('says when there is nothing, and what is not right', async () => {
    const { kubeconfig } = suite().testenv;
    expect(await run('get', 'generatesecrets', '--kubeconfig', kubeconfig, '-n', 'kube-public')).toEqual({
      code: 0,
      stdout: '',
      stderr: `hearth: there are no objects in the namespace kube-public\n`,
    });
    expect(await hearth('get', 'generate-secrets/none')).toMatchObject({ code: 1, stdout: '' });
    expect(await hearth('get', 'pods')).toMatchObject({ code: 64, stderr: expect.stringContaining('none of Hearth') });
  });
});

test('reconcile asks for a run and waits for it; a suspended object has none', async () => {
  const { namespace } = suite();
  const done = await hearth('reconcile', 'generatesecret/good', '--timeout', '30s');
  expect(done).toMatchObject({
    code: 0,
    stdout: `GenerateSecret ${namespace}/good had its run: Ready is True (Ready): Secret good holds 1 field\n`,
  });
  expect(await hearth('suspend', 'generatesecret/good', '--timeout', '30s')).toMatchObject({
    code: 0,
    stdout: `GenerateSecret ${namespace}/good is suspended\n`,
  });
  expect((await hearth('get', 'generatesecret')).stdout).toMatch(/GenerateSecret\/good +True +True +Ready /);
  expect(await hearth('reconcile', 'generatesecret/good')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('hearth resume generatesecret/good'),
  });
  expect(await hearth('resume', 'generatesecret/good', '--timeout', '30s')).toMatchObject({ code: 0 });
  expect((await hearth('get', 'generatesecret')).stdout).toMatch(/GenerateSecret\/good +True +False +Ready /);
});

test('tree shows what an object consists of', async () => {
  await hearth('wait', 'generatesecret/good');
  const { stdout } = await hearth('tree', 'generatesecret/good');
  expect(stdout).toMatch(/└─ Secret\/good +ready +Ready$/m);
});

describe('doctor', () => {
  const states = (stdout: string, check: string) => {
    const findings: { check: string; state: string; message: string }[] = JSON.parse(stdout);
    return new Set(findings.filter((each) => each.check === check).map(({ state }) => state));
  };
  const doctor = (...args: readonly string[]) => run('doctor', '--kubeconfig', suite().testenv.kubeconfig, ...args);

  test('finds CRDs, APIs and rights in place where Hearth is installed', async () => {
    const { stdout } = await doctor('-o', 'json');
    expect(states(stdout, 'crd')).toEqual(new Set(['ok']));
    const needsApis = definitions.some(({ components = [] }) => components.length > 0);
    expect(states(stdout, 'api')).toEqual(new Set(needsApis ? ['ok'] : []));
    expect(states(stdout, 'right')).toEqual(new Set(['ok']));
  });

  test('finds everything wrong with an operator where there is none', async () => {
    const { code, stdout } = await doctor('-o', 'json', '--operator-namespace', suite().namespace);
    expect(code).toBe(1);
    for (const check of ['operator', 'right', 'lease']) {
      expect(states(stdout, check), check).toEqual(new Set(['wrong']));
    }
    const table = await doctor('--operator-namespace', suite().namespace);
    expect(table.stdout).toMatch(
      /\nright +wrong .* GenerateSecret +may not list, watch homelab.mortenolsen.pro\/generatesecrets: Its own objects /,
    );
  });

  test('finds CRDs that are older or absent, and APIs that are not served', async () => {
    const definition = definitions.find(({ kind }) => kind === 'GenerateSecret') ?? expect.fail();
    const newer = { ...definition, description: 'As a later Hearth has it.' };
    const absent = { ...definition, group: 'nowhere.example.com' };
    const components = [{ name: 'widget', kinds: [{ apiVersion: 'nowhere.example.com/v1', kind: 'Widget' }] }];
    await onCluster({ kubeconfig: suite().testenv.kubeconfig }, async ({ transport }) => {
      expect(await checkCrds(transport, [newer, absent])).toMatchObject([
        { state: 'wrong', message: expect.stringContaining('another version') },
        { state: 'wrong', message: expect.stringContaining('not installed') },
      ]);
      expect(await checkApis(transport, [{ ...definition, components }])).toMatchObject([
        { state: 'wrong', kinds: ['GenerateSecret'], message: expect.stringContaining('widget') },
      ]);
    });
  });
});
