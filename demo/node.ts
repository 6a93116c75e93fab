import { join } from 'node:path';
import { loadImage } from '../testenv/src/node-images.ts';
import { type BuiltImage, buildOperatorImage } from '../testenv/src/operator-image.ts';
import type { Testenv } from '../testenv/src/testenv.ts';
import { buildServerImage } from '../tests/e2e/images/servers.ts';
import type { KindOnNode } from '../tests/e2e/kind-on-node.ts';
import { kindParts } from '../tests/harness/kind-part.ts';
import { applySamples, assets, kubectl, say, startCluster } from './cluster.ts';
import { demosOfKinds, type Stage } from './kind-demo.ts';
import { ROOT } from './state.ts';

async function load(testenv: Testenv, images: readonly BuiltImage[]): Promise<void> {
  say(
    'The images: Hearth from its Dockerfile, PostgreSQL, and what kinds need, with stand-ins for what cannot be had everywhere.',
  );
  for (const { archive } of images) {
    console.log((await loadImage(testenv, archive)).join(', '));
  }
}

async function install(testenv: Testenv): Promise<void> {
  say('Hearth, installed as on any cluster. Nobody serves Gateways here, so there is no Gateway API either.');
  const crds = ['gateways', 'httproutes'].map((plural) => `${plural}.gateway.networking.k8s.io`);
  await kubectl(testenv, ['delete', 'crd', ...crds, '--ignore-not-found']);
  await kubectl(testenv, ['apply', '-k', join(ROOT, 'demo/node')]);
  await kubectl(testenv, ['rollout', 'status', 'deployment/hearth', '-n', 'hearth-system', '--timeout=120s']);
  // The garbage collector looks for new kinds only every half a minute; a fresh one knows them.
  await testenv.restart('controller-manager');
}

async function startServer(testenv: Testenv): Promise<void> {
  say('A PostgreSQL server in the cluster; Hearth makes the password of its administrator.');
  await kubectl(testenv, ['apply', '-f', join(ROOT, 'test-manifests/namespaces/namespaces.yaml')]);
  await kubectl(testenv, ['apply', '-f', join(ROOT, 'demo/node/postgres.yaml')]);
  await kubectl(testenv, ['rollout', 'status', 'statefulset/postgres', '-n', 'postgres', '--timeout=120s']);
}

function explain({ testenv }: Stage, next: readonly string[]): void {
  say('It stays up, and its pods are real. Try next:');
  console.log(`  export KUBECONFIG=${testenv.kubeconfig} PATH=${assets()}:$PATH
  kubectl get hearth --all-namespaces
  ${next.join('\n  ')}
  kubectl logs -f -n hearth-system deployment/hearth
  kubectl port-forward -n hearth-system service/hearth-metrics 8080 # then: curl localhost:8080/metrics
  make demo-down                                                    # removes everything
`);
}

/** The demo on a real node: PostgreSQL and the operator are pods. */
export async function showOnNode(): Promise<void> {
  say('Profile node: a real Kubernetes cluster on this machine, in namespaces of its own. Its pods really run.');
  const images = [await buildOperatorImage(), await buildServerImage('postgres:17')];
  for (const build of (await kindParts<KindOnNode>('node')).flatMap((kind) => kind.images)) {
    images.push(await build());
  }
  const testenv = startCluster('node');
  const stage: Stage = { testenv, profile: 'node' };
  await load(testenv, images);
  await install(testenv);
  await startServer(testenv);
  say('The samples of test-manifests.');
  const demos = await demosOfKinds();
  await applySamples(testenv, demos);
  for (const { show } of demos) {
    await show?.(stage);
  }
  await kubectl(testenv, ['get', 'pods', '--all-namespaces', '-o', 'wide']);
  explain(
    stage,
    demos.flatMap(({ next }) => next?.(stage) ?? []),
  );
}
