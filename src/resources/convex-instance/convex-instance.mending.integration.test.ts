import { describe, expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { becomesReady, convexInstance, says } from './testing/convex.ts';

const suite = useSuite({ name: 'convex-mending' });

const withPods = testNeeding('controllers', 'simulation', 'audit');

const SQLITE = { db: { engine: 'sqlite' } };

describe('an image that cannot be pulled', () => {
  const running = (image: string) => convexInstance('a', { backend: { ...SQLITE, image } });

  withPods('is waited for from the first, and another one helps', async () => {
    await suite().apply(running('bad/backend:1'));
    await says(suite(), 'a', ['StatefulSetReady', 'False', 'Provisioning']);
    expect(await says(suite(), 'a', ['Ready', 'False', 'WaitingForBackend'])).toContain('a-backend');
    await suite().apply(running('example/backend:1'));
    await becomesReady(suite(), 'a');
  });

  withPods('is waited for as an upgrade, and the old one can be had back', async () => {
    await suite().apply(running('bad/backend:2'));
    await says(suite(), 'a', ['StatefulSetReady', 'False', 'Provisioning']);
    expect((await suite().get('convexinstance', 'a')).status?.['phase']).toBe('Upgrading');
    await suite().apply(running('example/backend:1'));
    await becomesReady(suite(), 'a');
    await says(suite(), 'a', ['UpgradeInProgress', 'False', 'Idle']);
  });
});

describe('the size of the data volume', () => {
  const sized = (size: string, storageClassName: string) =>
    convexInstance('b', { backend: { ...SQLITE, storage: { pvc: { enabled: true, size, storageClassName } } } });
  const capacity = async () =>
    ((await suite().get('persistentvolumeclaim', 'b-backend-pvc')).status as { capacity?: { storage?: string } })
      ?.capacity?.storage;

  withPods('can grow where the class lets it, without a restart', async () => {
    await suite().apply(sized('1Gi', 'sim'));
    await becomesReady(suite(), 'b');
    const before = await suite().get('statefulset', 'b-backend');
    await suite().apply(sized('2Gi', 'sim'));
    await eventually('the volume has grown', capacity, { until: (size) => size === '2Gi' });
    await becomesReady(suite(), 'b');
    expect((await suite().get('statefulset', 'b-backend')).metadata.generation).toBe(before.metadata.generation);
  });

  withPods('cannot shrink: that is told, harms nothing, and can be undone', async () => {
    await suite().apply(sized('1Gi', 'sim'));
    const told = await says(suite(), 'b', ['PVCReady', 'False', 'PVCError']);
    expect(told).toContain('b-backend-pvc');
    expect(told).toMatch(/less than/);
    const seen = await suite().get('convexinstance', 'b');
    expect(seen.status?.['phase']).toBe('Error');
    expect(conditionOf(seen, 'Ready')).toMatchObject({ status: 'False', reason: 'PVCError' });
    expect((await suite().get('statefulset', 'b-backend')).status?.['readyReplicas']).toBe(1);
    await suite().apply(sized('2Gi', 'sim'));
    await becomesReady(suite(), 'b');
  });

  withPods('cannot grow in a class without expansion, and that is told', async () => {
    const fixed = (size: string) =>
      convexInstance('c', {
        backend: { ...SQLITE, storage: { pvc: { enabled: true, size, storageClassName: 'standard' } } },
      });
    await suite().apply(fixed('1Gi'));
    await becomesReady(suite(), 'c');
    await suite().apply(fixed('2Gi'));
    expect(await says(suite(), 'c', ['PVCReady', 'False', 'PVCError'])).toContain('c-backend-pvc');
    await suite().apply(fixed('1Gi'));
    await becomesReady(suite(), 'c');
  });
});

describe('a claim that somebody deletes', () => {
  withPods('stays while the pod uses it, and is told; with the next pod there is a new one', async () => {
    await becomesReady(suite(), 'c');
    const { metadata } = await suite().get('persistentvolumeclaim', 'c-backend-pvc');
    const where = ['-n', suite().namespace];
    await suite().kubectl('delete', 'pvc', 'c-backend-pvc', '--wait=false', ...where);
    expect(await says(suite(), 'c', ['PVCReady', 'False', 'Provisioning'])).toContain('is being deleted');
    await suite().kubectl('delete', 'pod', 'c-backend-0', '--wait=false', ...where);
    await eventually('another claim', () => suite().get('persistentvolumeclaim', 'c-backend-pvc'), {
      until: (claim) => claim.metadata.uid !== metadata.uid,
      timeoutMs: 60_000,
    });
    await becomesReady(suite(), 'c');
  });
});
