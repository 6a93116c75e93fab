import { describe, expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { requestsWhileIdle, visibleText, writesOfRestart } from '../../../tests/harness/observations.ts';
import { conditionOf, useSuite } from '../../../tests/harness/suite.ts';
import { eventsOf, eventWith } from '../../../tests/harness/suite-acts.ts';
import { openAdminKey } from '../../../tests/stand-ins/convex/admin-key.ts';
import {
  becomesReady,
  convexInstance,
  convexSample,
  SAMPLE_PRECONDITIONS,
  says,
  secretManifest,
  serveGateway,
} from './testing/convex.ts';

const suite = useSuite({ name: 'convex' });

const withPods = testNeeding('controllers', 'simulation', 'audit');

const remove = (kind: string, name: string) => suite().kubectl('delete', kind, name, '-n', suite().namespace);

describe('the published samples', () => {
  withPods('become Ready unchanged, and then nothing is sent any more', async () => {
    await suite().apply(...SAMPLE_PRECONDITIONS);
    for (const file of ['convex-dev', 'convex-prod', 'convex-obc', 'convex-sample']) {
      const { metadata, ...rest } = convexSample(file);
      await suite().apply({ ...rest, metadata: { ...metadata, namespace: suite().namespace } });
      await serveGateway(suite(), `${metadata.name}-gateway`);
    }
    for (const name of ['convex-dev', 'convex-prod', 'convex-obc', 'convex-sample']) {
      const { status } = await becomesReady(suite(), name);
      expect(status).toMatchObject({ phase: 'Ready', upgradeHash: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(status?.conditions?.map(({ type }) => type).sort()).toEqual([
        'ConfigMapReady',
        'DashboardReady',
        'DashboardServiceReady',
        'ExportCompleted',
        'GatewayReady',
        'HTTPRouteReady',
        'ImportCompleted',
        'PVCReady',
        'Ready',
        'SecretsReady',
        'ServiceReady',
        'StatefulSetReady',
        'UpgradeInProgress',
      ]);
    }
    expect((await suite().get('convexinstance', 'convex-dev')).status?.['endpoints']).toEqual({
      apiUrl: 'https://convex-dev.example.com',
      dashboardUrl: 'https://convex-dev.example.com/dashboard',
    });
    const dev = { kind: 'ConvexInstance', name: 'convex-dev' };
    await eventWith(suite(), dev, { type: 'Normal', reason: 'Ready' });
    const told = (await eventsOf(suite(), dev.kind, dev.name)).map(({ reason }) => reason);
    expect(told.filter((each) => ['Ready', 'BackendReady'].includes(each))).toEqual(['Ready']);
    expect(await requestsWhileIdle(suite(), ['ConvexInstance'])).toEqual([]);
  });

  withPods('are not written to after a restart of the operator', async () => {
    expect(await writesOfRestart(suite(), ['ConvexInstance'])).toEqual([]);
  });

  withPods('have an admin key that their backend opens, and tell nobody of it', async () => {
    const values = await suite().secret('convex-prod-convex-secrets');
    const instance = { name: 'convex_prod', secret: Buffer.from(values['instanceSecret'] ?? '', 'hex') };
    expect(openAdminKey(values['adminKey'] ?? '', instance)).toEqual({ readOnly: false });
    const said = await visibleText(suite(), 'convexinstances');
    expect(said).not.toContain(values['instanceSecret']);
    expect(said).not.toContain(values['adminKey']);
    const { stdout } = await suite().kubectl(
      'get',
      'statefulsets,deployments,configmaps',
      '-n',
      suite().namespace,
      '-o',
      'json',
    );
    expect(stdout).not.toContain(values['adminKey']);
  });
});

describe('an instance', () => {
  withPods('keeps its data on the volume, where the image has it', async () => {
    const backend = {
      image: 'example/b:1',
      db: { engine: 'sqlite' },
      storage: { pvc: { enabled: true, size: '1Gi' } },
    };
    await suite().apply(convexInstance('a', { backend }));
    await becomesReady(suite(), 'a');
    const { spec } = await suite().get('statefulset', 'a-backend');
    const template = spec?.['template'] as { spec: { volumes: unknown[]; containers: { volumeMounts: unknown[] }[] } };
    expect(template.spec.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'a-backend-pvc' },
    });
    expect(template.spec.containers[0]?.volumeMounts).toContainEqual({ name: 'data', mountPath: '/convex/data' });
    expect(conditionOf(await suite().get('convexinstance', 'a'), 'PVCReady')).toMatchObject({ reason: 'Available' });
  });

  withPods('tells that the class of its volume cannot be changed, and goes on when that is undone', async () => {
    const storage = (storageClassName: string) => {
      const pvc = { enabled: true, size: '1Gi', storageClassName };
      return convexInstance('a', { backend: { image: 'example/b:1', db: { engine: 'sqlite' }, storage: { pvc } } });
    };
    await suite().apply(storage('other'));
    expect(await says(suite(), 'a', ['PVCReady', 'False', 'PVCError'])).toContain(
      'cannot be changed in spec.storageClassName',
    );
    expect((await suite().get('convexinstance', 'a')).status?.['phase']).toBe('Error');
    expect(conditionOf(await suite().get('convexinstance', 'a'), 'Ready')).toMatchObject({ reason: 'PVCError' });
    await suite().apply(storage('standard'));
    await becomesReady(suite(), 'a');
  });

  withPods('loses its dashboard with everything that belongs to it, and gets it back', async () => {
    await suite().apply(convexInstance('b', { dashboard: { enabled: false } }));
    await becomesReady(suite(), 'b');
    await suite().apply(convexInstance('b', { dashboard: { enabled: true } }));
    await says(suite(), 'b', ['DashboardReady', 'True', 'Ready']);
    await suite().apply(convexInstance('b', { dashboard: { enabled: false } }));
    await says(suite(), 'b', ['DashboardReady', 'True', 'Disabled']);
    await eventually('the Deployment is gone', async () => !(await suite().find('deployment', 'b-dashboard')));
    await eventually('the Service is gone', async () => !(await suite().find('service', 'b-dashboard')));
    const { spec } = await suite().get('httproute', 'b-route');
    expect(spec?.['rules']).toHaveLength(2);
  });

  withPods('attaches its route to Gateways of others instead of its own', async () => {
    const gateway = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'shared' },
      spec: { gatewayClassName: 'simulated', listeners: [{ name: 'web', protocol: 'HTTP', port: 80 }] },
    };
    const networking = {
      host: 'b.example.com',
      parentRefs: [{ name: 'shared', sectionName: 'web' }],
      tlsSecretRef: 'not-ours',
    };
    await suite().apply(gateway, convexInstance('b', { networking }));
    await says(suite(), 'b', ['GatewayReady', 'True', 'Skipped']);
    await eventually('the own Gateway is gone', async () => !(await suite().find('gateway', 'b-gateway')));
    await becomesReady(suite(), 'b');
  });

  withPods('rolls out another version in place, and keeps its old hash until that is done', async () => {
    const { status } = await becomesReady(suite(), 'a');
    await suite().apply(convexInstance('a', { version: '2' }));
    const done = await eventually('another hash', () => suite().get('convexinstance', 'a'), {
      until: (object) => object.status?.['upgradeHash'] !== status?.['upgradeHash'],
    });
    expect(conditionOf(done, 'StatefulSetReady')?.status).toBe('True');
    await becomesReady(suite(), 'a');
    const { data } = await suite().get('configmap', 'a-backend-config');
    expect(data?.['convex.conf']).toBe('CONVEX_PORT=3210\nCONVEX_ENV=dev\nCONVEX_VERSION=2\n');
  });

  withPods('restarts its backend when the interval has passed', async () => {
    const old = '2020-01-01T00:00:00Z';
    await becomesReady(suite(), 'b');
    const where = ['statefulset', 'b-backend', '-n', suite().namespace];
    const before = (await suite().get('statefulset', 'b-backend')).metadata.annotations?.[
      'convex.icod.de/last-restart'
    ];
    expect(before).toMatch(/^\d{4}-.*Z$/);
    await suite().stopOperator();
    // As if it had been made long ago: the stamp is what counts, whoever wrote it.
    await suite().kubectl('annotate', '--overwrite', ...where, `convex.icod.de/last-restart=${old}`);
    await suite().startOperator();
    await eventually('a new stamp', () => suite().get('statefulset', 'b-backend'), {
      until: ({ metadata, spec }) => {
        const stamp = metadata.annotations?.['convex.icod.de/last-restart'] ?? '';
        return stamp !== old && JSON.stringify(spec).includes(`"convex.icod.de/restart-trigger":"${stamp}"`);
      },
    });
    await becomesReady(suite(), 'b');
    await eventWith(suite(), { kind: 'ConvexInstance', name: 'b' }, { type: 'Normal', reason: 'Restarting' });
  });

  withPods('does not touch what is somebody else’s, and says whose', async () => {
    const theirs = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'c-backend' },
      spec: { ports: [{ port: 1 }] },
    };
    await suite().apply(theirs, convexInstance('c'));
    expect(await says(suite(), 'c', ['ServiceReady', 'False', 'ServiceError'])).toContain('was not made by Hearth');
    expect((await suite().get('service', 'c-backend')).metadata.ownerReferences).toBeUndefined();
    await remove('service', 'c-backend');
    await suite().kubectl('annotate', 'convexinstance', 'c', '-n', suite().namespace, 'go=on');
    await says(suite(), 'c', ['ServiceReady', 'True', 'Available']);
  });

  withPods('takes over a Secret that was made for it, mends what is wrong in it, and leaves it behind', async () => {
    const instanceSecret = 'ab'.repeat(32);
    await suite().apply(secretManifest('d-convex-secrets', { instanceSecret, adminKey: 'd|00', mine: 'too' }));
    await suite().apply(convexInstance('d'));
    await becomesReady(suite(), 'd');
    const values = await suite().secret('d-convex-secrets');
    expect(values).toMatchObject({ instanceSecret, mine: 'too' });
    const instance = { name: 'd', secret: Buffer.from(instanceSecret, 'hex') };
    expect(openAdminKey(values['adminKey'] ?? '', instance)).toEqual({ readOnly: false });
    await remove('convexinstance', 'd');
    await eventually('the StatefulSet is gone', async () => !(await suite().find('statefulset', 'd-backend')));
    expect(await suite().find('secret', 'd-convex-secrets')).toBeDefined();
  });

  withPods('makes new values when the rotation annotation asks, and restarts with them', async () => {
    const before = await suite().secret('a-convex-secrets');
    await suite().kubectl('annotate', 'convexinstance', 'a', '-n', suite().namespace, 'hearth.internal/rotate=1');
    await eventually('a new secret', () => suite().secret('a-convex-secrets'), {
      until: (values) => values['instanceSecret'] !== before['instanceSecret'],
    });
    await eventWith(suite(), { kind: 'ConvexInstance', name: 'a' }, { type: 'Normal', reason: 'RotatedSecret' });
    await becomesReady(suite(), 'a');
  });

  withPods('is let go although the original operator put its finalizer on it', async () => {
    const finalizers = ['convex.icod.de/finalizer'];
    const instance = convexInstance('e');
    await suite().apply({ ...instance, metadata: { ...instance.metadata, finalizers } });
    await becomesReady(suite(), 'e');
    expect((await suite().get('convexinstance', 'e')).metadata.finalizers ?? []).toEqual([]);
    await remove('convexinstance', 'e');
    await eventually('it is gone', async () => !(await suite().find('convexinstance', 'e')));
  });
});
