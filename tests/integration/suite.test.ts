import { expect, test } from 'vitest';
import { z } from 'zod';
import { rule } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { startWithHearth } from '../harness/install-hearth.ts';
import { useSuite } from '../harness/suite.ts';

/** What the tests of every kind stand on. */
const suite = useSuite({ name: 'suite', withoutOperator: true });

test('objects of every kind that is served are found, by any name of it', async () => {
  const backend = { service: { name: 'nowhere', port: { number: 80 } } };
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'one' } };
  await suite().apply({ ...ingress, spec: { defaultBackend: backend } });
  for (const name of ['ingress', 'Ingress', 'ingresses', 'ing', 'ingresses.networking.k8s.io']) {
    expect((await suite().get(name, 'one')).spec).toMatchObject({ defaultBackend: backend });
  }
  expect(await suite().find('ingress', 'two')).toBeUndefined();
  expect((await suite().get('namespace', suite().namespace)).kind).toBe('Namespace');
});

test('a kind that came later is found too', async () => {
  expect(await suite().find('configmap', 'none')).toBeUndefined();
  const names = { plural: 'latecomers', singular: 'latecomer', kind: 'Latecomer' };
  const schema = { openAPIV3Schema: { type: 'object' } };
  await suite().apply({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'latecomers.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names,
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  await suite().kubectl('wait', '--for=condition=Established', 'crd/latecomers.example.org', '--timeout=30s');
  await eventually('it is served', () => suite().find('latecomer', 'none'), { until: (seen) => seen === undefined });
  await suite().kubectl('delete', 'crd/latecomers.example.org');
});

test('a kind that nobody serves is no object that is not there', async () => {
  await expect(suite().find('ingres', 'one')).rejects.toThrow('the API server serves no kind ingres:');
});

test('a rule that the API server does not understand is told with its kind, its file and its field', async () => {
  const [shipped = expect.fail()] = definitions;
  const spec = rule(z.object({ pages: z.array(z.string().max(10)).max(5).describe('Pages.') }), {
    rule: 'self.pagess.size() > 0',
    message: 'there must be a page',
  });
  const names = { plural: 'mistakes', singular: 'mistake' };
  const mistaken = { ...shipped, group: 'example.org', kind: 'Mistake', names, spec, printerColumns: [] };
  const started = startWithHearth([mistaken], { profile: 'api', thirdParties: false });
  const said = await started.then(() => 'nothing', String);
  expect(said).toContain('the API server refuses the CRD of Mistake (manifests/crds/mistakes.example.org.yaml)');
  expect(said).toContain(
    "\nproperties[spec].x-kubernetes-validations[0].rule: compilation failed: ERROR: <input>:1:5: undefined field 'pagess'",
  );
});
