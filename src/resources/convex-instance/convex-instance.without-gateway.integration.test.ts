import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { createNamespace } from '../../../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../../../testenv/src/service-account.ts';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../../testenv/src/testenv.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { Suite, sharedTestenv } from '../../../tests/harness/suite.ts';
import { becomesReady, convexSample, SAMPLE_PRECONDITIONS, says } from './testing/convex.ts';

/** The shared control plane has the Gateway API, so this suite has one of its own, which has not. */

const ROOT = join(import.meta.dirname, '../../..');
const GATEWAY_API = ['gateways.gateway.networking.k8s.io', 'httproutes.gateway.networking.k8s.io'];

const withPods = testNeeding('controllers', 'simulation', 'faults');

let testenv: Testenv | undefined;
let suite: Suite;

beforeAll(async () => {
  testenv = await startTestenv({ thirdParties: false });
  const own = testenv;
  const installed = await own.kubectl(['apply', '-k', join(ROOT, 'manifests')]);
  expect(installed.code, installed.stderr).toBe(0);
  const { name } = await createNamespace(own, 'convex');
  const dir = join(ROOT, 'artifacts/suites', name);
  const kubeconfig = await serviceAccountKubeconfig(own, { namespace: 'hearth-system', name: 'hearth', dir });
  suite = new Suite({ testenv: own, namespace: name, kubeconfig, options: { name: 'convex-without-gateway' } });
  await suite.startOperator();
}, 240_000);

afterAll(async () => {
  await suite?.stopOperator();
  await testenv?.stop();
});

withPods('the samples become Ready without the Gateway API, inside the cluster', async () => {
  await suite.apply(...SAMPLE_PRECONDITIONS);
  for (const file of ['convex-dev', 'convex-prod', 'convex-obc']) {
    await suite.apply(convexSample(file));
  }
  for (const name of ['convex-dev', 'convex-prod', 'convex-obc']) {
    const { status } = await becomesReady(suite, name);
    expect(status?.['endpoints']).toEqual({
      apiUrl: `http://${name}-backend.${suite.namespace}.svc.cluster.local:3210`,
    });
    await says(suite, name, ['GatewayReady', 'False', 'GatewayAPIMissing']);
    await says(suite, name, ['HTTPRouteReady', 'False', 'GatewayAPIMissing']);
  }
});

withPods('the way from outside is made when the API comes', async () => {
  const { stdout } = await sharedTestenv().kubectl(['get', 'crd', ...GATEWAY_API, '-o', 'json']);
  const { items } = JSON.parse(stdout) as { items: { metadata: { name: string; annotations: object } }[] };
  const crds = items.map(({ metadata: { name, annotations }, ...crd }) => ({
    ...crd,
    metadata: { name, annotations },
    status: undefined,
  }));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: crds });
  const applied = await suite.testenv.kubectl(['apply', '--server-side', '-f', '-'], { input });
  expect(applied.code, applied.stderr).toBe(0);
  await eventually('the Gateway', () => suite.find('gateway', 'convex-dev-gateway'), { timeoutMs: 60_000 });
  // Nobody serves it here.
  await says(suite, 'convex-dev', ['GatewayReady', 'False', 'Provisioning']);
  await says(suite, 'convex-dev', ['Ready', 'False', 'WaitingForGateway']);
});
