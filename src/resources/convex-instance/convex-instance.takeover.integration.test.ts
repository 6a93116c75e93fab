import { describe, expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { requestsWhileIdle, writesOfRestart } from '../../../tests/harness/observations.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { openAdminKey } from '../../../tests/stand-ins/convex/admin-key.ts';
import { becomesReady, convexInstance } from './testing/convex.ts';
import { ORIGINAL_SECRET, objectsOfOriginal, STAMP } from './testing/original-convex.ts';

const suite = useSuite({ name: 'convex-takeover', withoutOperator: true });

const withPods = testNeeding('controllers', 'simulation', 'audit');

const OBJECTS = [
  ['configmap', 'old-backend-config'],
  ['secret', 'old-convex-secrets'],
  ['persistentvolumeclaim', 'old-backend-pvc'],
  ['service', 'old-backend'],
  ['statefulset', 'old-backend'],
  ['deployment', 'old-dashboard'],
  ['service', 'old-dashboard'],
  ['gateway', 'old-gateway'],
  ['httproute', 'old-route'],
] as const;

describe('what the original operator made', () => {
  withPods('is taken over: no object is made anew, no value is lost, and it works', async () => {
    const instance = convexInstance('old', {
      backend: {
        image: 'example/backend:1',
        db: { engine: 'sqlite' },
        storage: { pvc: { enabled: true, size: '1Gi' } },
      },
      maintenance: { upgradeStrategy: 'exportImport', restartInterval: '876000h' },
    });
    const finalizers = ['convex.icod.de/finalizer'];
    await suite().apply({ ...instance, metadata: { ...instance.metadata, finalizers } });
    await suite().apply(...objectsOfOriginal(await suite().get('convexinstance', 'old')));
    await eventually('the pod of the original is ready', () => suite().get('statefulset', 'old-backend'), {
      until: ({ status }) => status?.['readyReplicas'] === 1,
    });
    const before = new Map<string, string>();
    for (const [kind, name] of OBJECTS) {
      before.set(`${kind} ${name}`, (await suite().get(kind, name)).metadata.uid);
    }

    await suite().startOperator();
    const { metadata, status } = await becomesReady(suite(), 'old');
    expect(metadata.finalizers ?? []).toEqual([]);
    // Image and version are as before, so there is nothing to export.
    expect(status?.['upgrade']).toBeUndefined();
    for (const [kind, name] of OBJECTS) {
      const object = await suite().get(kind, name);
      expect(object.metadata.uid, `${kind} ${name}`).toBe(before.get(`${kind} ${name}`));
      expect(object.metadata.ownerReferences).toMatchObject([{ name: 'old', uid: metadata.uid, controller: true }]);
      expect(object.metadata.labels?.['app.kubernetes.io/managed-by']).toBe('hearth');
    }
  });

  withPods('keeps its secret, and gets a key that opens it', async () => {
    const values = await suite().secret('old-convex-secrets');
    expect(values['instanceSecret']).toBe(ORIGINAL_SECRET);
    const key = { name: 'old', secret: Buffer.from(ORIGINAL_SECRET, 'hex') };
    expect(openAdminKey(values['adminKey'] ?? '', key)).toEqual({ readOnly: false });
    expect((await suite().get('configmap', 'old-backend-config')).data).toMatchObject({ mine: 'x' });
  });

  withPods('has its volume where Convex looks, and its restart stamp as it was', async () => {
    const { metadata, spec } = await suite().get('statefulset', 'old-backend');
    const text = JSON.stringify(spec);
    expect(text).toContain('"mountPath":"/convex/data"');
    expect(text).toContain('"claimName":"old-backend-pvc"');
    expect(text).toContain(`"convex.icod.de/restart-trigger":"${STAMP}"`);
    expect(metadata.annotations?.['convex.icod.de/last-restart']).toBe(STAMP);
  });

  withPods('leads where it led: the route is once what it was, on the same Gateway', async () => {
    const { spec } = await suite().get('httproute', 'old-route');
    expect(spec?.['rules']).toHaveLength(3);
    expect(spec?.['parentRefs']).toHaveLength(1);
    expect((await suite().get('gateway', 'old-gateway')).spec?.['listeners']).toHaveLength(1);
    expect((await suite().get('deployment', 'old-dashboard')).status).toMatchObject({ readyReplicas: 1 });
    expect((await suite().get('convexinstance', 'old')).status?.['endpoints']).toMatchObject({
      apiUrl: 'http://old.example.com',
    });
  });

  withPods('is then quiet, also after a restart of Hearth, and goes with its instance', async () => {
    expect(await requestsWhileIdle(suite(), ['ConvexInstance'])).toEqual([]);
    expect(await writesOfRestart(suite(), ['ConvexInstance'])).toEqual([]);
    await suite().kubectl('delete', 'convexinstance', 'old', '-n', suite().namespace);
    for (const [kind, name] of OBJECTS) {
      await eventually(`${kind} ${name} is gone`, async () => !(await suite().find(kind, name)));
    }
  });
});
