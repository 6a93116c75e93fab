import { expect, test } from 'vitest';
import { z } from 'zod';
import { collectionPath, core, createCrdManifest } from '../../src/framework/framework.ts';
import { parseSpec } from '../../src/framework/schema/parse.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'pod-template', withoutOperator: true });

const type = { group: 'tests.hearth.internal', version: 'v1', kind: 'Mould', plural: 'moulds', namespaced: true };
const spec = z.object({ template: core.podTemplateSpec() });

/** A template as people write it: of several containers, with probes, volumes, a security context and where to run. */
const template = {
  metadata: { labels: { app: 'shop' }, annotations: { 'example.com/a': 'b' } },
  spec: {
    serviceAccountName: 'shop',
    terminationGracePeriodSeconds: 30,
    securityContext: { runAsNonRoot: true, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [{ name: 'init', image: 'busybox', command: ['true'] }],
    containers: [
      {
        name: 'shop',
        image: 'example.com/shop:1',
        env: [
          { name: 'A', value: 'b' },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'a' } } },
        ],
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1 } },
        readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 5 },
        livenessProbe: { tcpSocket: { port: 8080 } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
        securityContext: { capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
      },
      { name: 'side', image: 'example.com/side:1' },
    ],
    volumes: [
      { name: 'data', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'all', projected: { sources: [{ configMap: { name: 'a', items: [{ key: 'a', path: 'b' }] } }] } },
    ],
    tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  },
};

async function create(plural: string, object: object) {
  const { namespace, testenv } = suite();
  const { status, body } = await testenv.request({
    method: 'POST',
    path: `${collectionPath({ ...type, plural }, namespace)}?dryRun=All&fieldValidation=Strict`,
    body: {
      apiVersion: `${type.group}/${type.version}`,
      kind: type.kind,
      metadata: { name: 'a', namespace },
      ...object,
    },
  });
  return { status, body: body as { message?: string; spec?: unknown } };
}

test('a kind may take a whole pod template, and the server takes what Zod takes', async () => {
  const names = { plural: type.plural, singular: 'mould' };
  const crd = createCrdManifest({ group: type.group, version: type.version, kind: type.kind, names, spec });
  await suite().apply(crd);
  await eventually('it is served', async () => (await create(type.plural, { spec: { template } })).status !== 404);
  const { status, body } = await create(type.plural, { spec: { template } });
  expect(status, body.message).toBe(201);
  expect(parseSpec(spec, body.spec)).toEqual({ ok: true, value: body.spec });
  const [first, ...more] = template.spec.containers;
  const twice = { ...template, spec: { ...template.spec, containers: [first, first, ...more] } };
  const untyped = { ...template, spec: { ...template.spec, hostNetwork: 'yes' } };
  expect((await create(type.plural, { spec: { template: twice } })).body.message).toMatch(/Duplicate value/);
  expect((await create(type.plural, { spec: { template: untyped } })).body.message).toMatch(/hostNetwork/);
});
