import { describe, expect } from 'vitest';
import { type AuditMark, writeVerbs } from '../../../testenv/src/audit.ts';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { OPERATOR_USER, useSuite } from '../../../tests/harness/suite.ts';
import { becomesReady, convexInstance, says } from './testing/convex.ts';

const suite = useSuite({ name: 'convex-upgrade', operator: { env: { HEARTH_IMAGE: 'example/hearth:1' } } });

const withPods = testNeeding('controllers', 'simulation', 'audit');

function instance(name: string, release: string, maintenance = { upgradeStrategy: 'exportImport' }) {
  const backend = {
    image: `example/backend:${release}`,
    db: { engine: 'sqlite' },
    storage: { pvc: { enabled: true } },
  };
  return convexInstance(name, { version: release, backend, maintenance, dashboard: { enabled: false } });
}

/** What the operator wrote about some objects, in order. */
function written(since: AuditMark, ...names: readonly string[]): string[] {
  const { audit } = suite().testenv;
  const requests = audit.requests({ user: OPERATOR_USER, namespace: suite().namespace, verbs: writeVerbs, since });
  const own = requests.filter(({ name, subresource, resource }) => {
    return (
      names.includes(name) && !subresource && ['jobs', 'statefulsets', 'persistentvolumeclaims'].includes(resource)
    );
  });
  return own.map(({ verb, name }) => `${verb} ${name}`);
}

const step = async (name: string) =>
  ((await suite().get('convexinstance', name)).status?.['upgrade'] as { step?: string } | undefined)?.step;

async function reaches(name: string, wanted: string, timeoutMs = 60_000): Promise<void> {
  await eventually(`${name} is ${wanted}`, () => step(name), { timeoutMs, until: (found) => found === wanted });
}

async function isClean(name: string): Promise<void> {
  for (const [kind, suffix] of [
    ['job', 'upgrade-export'],
    ['job', 'upgrade-import'],
    ['persistentvolumeclaim', 'upgrade-pvc'],
  ] as const) {
    await eventually(`${suffix} is gone`, async () => !(await suite().find(kind, `${name}-${suffix}`)));
  }
}

const imageOf = async (name: string) => {
  const { spec } = await suite().get('statefulset', `${name}-backend`);
  return /example\/backend:\w+/.exec(JSON.stringify(spec))?.[0];
};

describe('an upgrade by export and import', () => {
  withPods('exports, replaces the backend, imports, and then removes what it needed', async () => {
    await suite().apply(instance('a', '1'));
    const { status } = await becomesReady(suite(), 'a');
    expect(status?.['upgrade']).toBeUndefined();
    const mark = suite().testenv.audit.mark();
    await suite().apply(instance('a', '2'));
    await reaches('a', 'Completed');
    const done = await becomesReady(suite(), 'a');
    expect(done.status?.['upgradeHash']).not.toBe(status?.['upgradeHash']);
    await says(suite(), 'a', ['ExportCompleted', 'True', 'Completed']);
    await says(suite(), 'a', ['ImportCompleted', 'True', 'Completed']);
    await says(suite(), 'a', ['UpgradeInProgress', 'False', 'Idle']);
    await isClean('a');
    const order = written(mark, 'a-upgrade-export', 'a-backend', 'a-upgrade-import', 'a-upgrade-pvc');
    const first = (entry: string) => order.findIndex((each) => each.endsWith(entry));
    expect(order[first('a-upgrade-pvc')]).toMatch(/^(patch|create) /);
    expect(first('a-upgrade-export')).toBeGreaterThan(first('a-upgrade-pvc'));
    expect(first('a-backend')).toBeGreaterThan(first('a-upgrade-export'));
    expect(first('a-upgrade-import')).toBeGreaterThan(first('a-backend'));
    expect(order.indexOf('delete a-upgrade-pvc')).toBeGreaterThan(first('a-upgrade-import'));
  });

  withPods('also for another version of the same image, and again after the last one', async () => {
    const next = instance('a', '2');
    await suite().apply({ ...next, spec: { ...next.spec, version: '3' } });
    await eventually('another attempt', () => suite().get('convexinstance', 'a'), {
      until: ({ status }) => (status?.['upgrade'] as { attempt?: number } | undefined)?.attempt === 2,
    });
    await reaches('a', 'Completed');
    await isClean('a');
  });

  withPods('is not begun because somebody else changed the StatefulSet: that is put right', async () => {
    const where = ['-n', suite().namespace, 'statefulset/a-backend'];
    await suite().kubectl('set', 'image', ...where, 'backend=example/backend:9');
    await eventually('the image is put right', () => imageOf('a'), { until: (image) => image === 'example/backend:2' });
    const { status } = await becomesReady(suite(), 'a');
    expect(status?.['upgrade']).toMatchObject({ attempt: 2, step: 'Completed' });
  });

  withPods('goes on wherever the operator is killed', async () => {
    await suite().apply(instance('b', '1'));
    await becomesReady(suite(), 'b');
    const mark = suite().testenv.audit.mark();
    await suite().apply(instance('b', '2'));
    for (const wanted of ['Exporting', 'RollingUpdate', 'Importing']) {
      const passed = ['Exporting', 'RollingUpdate', 'Importing', 'Completed'];
      await eventually(`${wanted} or later`, () => step('b'), {
        until: (found) => passed.indexOf(found ?? '') >= passed.indexOf(wanted),
      });
      await suite().operator.kill();
      await suite().startOperator();
    }
    await reaches('b', 'Completed');
    await becomesReady(suite(), 'b');
    await isClean('b');
    expect(await imageOf('b')).toBe('example/backend:2');
    const order = written(mark, 'b-backend', 'b-upgrade-export', 'b-upgrade-import');
    expect(order.findIndex((each) => each.endsWith('b-backend'))).toBeGreaterThan(
      order.findIndex((each) => each.endsWith('b-upgrade-export')),
    );
  });

  withPods('does not begin while Hearth does not know its own image, and says so', async () => {
    await suite().apply(instance('c', '1'));
    await becomesReady(suite(), 'c');
    await suite().stopOperator();
    await suite().startOperator({ env: {} });
    await suite().apply(instance('c', '2'));
    expect(await says(suite(), 'c', ['UpgradeInProgress', 'False', 'UpgradeError'])).toContain('HEARTH_IMAGE');
    expect(await imageOf('c')).toBe('example/backend:1');
    await suite().apply(instance('c', '1'));
    await becomesReady(suite(), 'c');
  });

  withPods(
    'that cannot export leaves the old backend, tells so, and is tried again when asked',
    async () => {
      await suite().stopOperator();
      await suite().startOperator({ env: { HEARTH_IMAGE: 'job-fail/hearth:1' } });
      await suite().apply(instance('c', '2'));
      await reaches('c', 'ExportFailed', 180_000);
      await says(suite(), 'c', ['ExportCompleted', 'False', 'Failed']);
      await says(suite(), 'c', ['Ready', 'False', 'UpgradeError']);
      expect(await imageOf('c')).toBe('example/backend:1');
      expect(await suite().find('job', 'c-upgrade-export')).toBeDefined();
      await suite().kubectl(
        'annotate',
        'convexinstance',
        'c',
        '-n',
        suite().namespace,
        'convex.icod.de/retry-upgrade=1',
      );
      await reaches('c', 'Exporting');
      expect((await suite().get('convexinstance', 'c')).status?.['upgrade']).toMatchObject({ attempt: 2, retry: '1' });
      // Another release of Hearth makes the Job anew, with its own program.
      await suite().stopOperator();
      await suite().startOperator();
      await reaches('c', 'Completed');
      await becomesReady(suite(), 'c');
    },
    300_000,
  );
});
