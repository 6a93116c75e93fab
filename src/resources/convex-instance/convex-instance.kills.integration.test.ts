import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { writesOfRestart } from '../../../tests/harness/observations.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { becomesReady, convexInstance } from './testing/convex.ts';

const suite = useSuite({ name: 'convex-kills', operator: { env: { HEARTH_IMAGE: 'example/hearth:1' } } });

const withPods = testNeeding('controllers', 'simulation', 'audit');

const NAMES = ['a', 'b', 'c'];

function instance(name: string, release: string) {
  const storage = { pvc: { enabled: true, size: '1Gi' } };
  const backend = { image: `example/backend:${release}`, db: { engine: 'sqlite' }, storage };
  return convexInstance(name, { version: release, backend, maintenance: { upgradeStrategy: 'exportImport' } });
}

withPods(
  'upgrades by export and import get through while the operator is killed every two seconds',
  async () => {
    await suite().apply(...NAMES.map((name) => instance(name, '1')));
    for (const name of NAMES) {
      await becomesReady(suite(), name);
    }
    const before = await Promise.all(NAMES.map((name) => suite().secret(`${name}-convex-secrets`)));
    const claims = await Promise.all(NAMES.map((name) => suite().get('persistentvolumeclaim', `${name}-backend-pvc`)));
    await suite().apply(...NAMES.map((name) => instance(name, '2')));
    const isDone = async () => {
      const seen = await Promise.all(NAMES.map((name) => suite().get('convexinstance', name)));
      return seen.every(({ status }) => (status?.['upgrade'] as { step?: string } | undefined)?.step === 'Completed');
    };
    for (let kills = 0; !(await isDone()); kills += 1) {
      expect(kills).toBeLessThan(60);
      await delay(2_000); // a life, not a wait for something
      await suite().operator.kill();
      await suite().startOperator();
    }
    for (const [index, name] of NAMES.entries()) {
      const { status } = await becomesReady(suite(), name);
      expect(status).toMatchObject({ phase: 'Ready', upgrade: { step: 'Completed', attempt: 1 } });
      expect(await suite().secret(`${name}-convex-secrets`)).toEqual(before[index]);
      const claim = await suite().get('persistentvolumeclaim', `${name}-backend-pvc`);
      expect(claim.metadata.uid).toBe(claims[index]?.metadata.uid);
      for (const [kind, part] of [
        ['job', 'upgrade-export'],
        ['job', 'upgrade-import'],
        ['persistentvolumeclaim', 'upgrade-pvc'],
      ] as const) {
        await eventually(`${name}-${part} is gone`, async () => !(await suite().find(kind, `${name}-${part}`)));
      }
    }
    expect(await writesOfRestart(suite(), ['ConvexInstance'])).toEqual([]);
  },
  300_000,
);
