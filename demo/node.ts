import { join } from 'node:path';
import { loadImage } from '../testenv/src/node-images.ts';
import { type BuiltImage, buildOperatorImage } from '../testenv/src/operator-image.ts';
import type { Testenv } from '../testenv/src/testenv.ts';
import { buildConvexImage } from '../tests/e2e/images/convex.ts';
import { buildServerImage } from '../tests/e2e/images/servers.ts';
import { applySamples, assets, generatedUrl, kubectl, say, startCluster } from './cluster.ts';
import { showConvex, useAdminKey } from './convex.ts';
import { ROOT } from './state.ts';

async function load(testenv: Testenv, images: readonly BuiltImage[]): Promise<void> {
  say(
    'The images: Hearth from its Dockerfile, PostgreSQL, and a stand-in for Convex, whose own cannot be had everywhere.',
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

async function logIn(testenv: Testenv): Promise<void> {
  say('The proof: in a pod, a login by Service name with the generated Secret homelab/postgres-database-test2.');
  const url = await generatedUrl(testenv);
  const query = "select current_user, current_database(), split_part(version(), ' ', 2) as version";
  const args = ['exec', '-n', 'postgres', 'postgres-0', '--', 'psql', url, '-c', query];
  console.log(`$ kubectl ${args.slice(0, -3).join(' ')} $URL -c "${query}"`);
  const { code, stdout, stderr } = await testenv.kubectl(args);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code !== 0) {
    process.exit(code);
  }
  await kubectl(testenv, ['get', 'pods', '--all-namespaces', '-o', 'wide']);
}

function explain(testenv: Testenv): void {
  say('It stays up, and its pods are real. Try next:');
  console.log(`  export KUBECONFIG=${testenv.kubeconfig} PATH=${assets()}:$PATH
  kubectl get hearth --all-namespaces
  kubectl describe postgresdatabase test2 -n homelab
  kubectl exec -n postgres postgres-0 -- psql -U postgres -c 'select datname from pg_database'
  kubectl delete secret postgres-database-test2 -n homelab          # it comes back, and its login works
  kubectl delete pod postgres-0 -n postgres                         # status tells, then all is Ready again
  kubectl delete pod forum-backend-0 -n homelab                     # the next one has what this one had
  kubectl delete postgresdatabase shop -n homelab                   # database, role and Secret go
  kubectl logs -f -n hearth-system deployment/hearth
  kubectl port-forward -n hearth-system service/hearth-metrics 8080 # then: curl localhost:8080/metrics
  make demo-down                                                    # removes everything
`);
}

/** The demo on a real node: PostgreSQL and the operator are pods. */
export async function showOnNode(): Promise<void> {
  say('Profile node: a real Kubernetes cluster on this machine, in namespaces of its own. Its pods really run.');
  const images = [
    await buildOperatorImage(),
    await buildServerImage('postgres:17'),
    await buildConvexImage('backend'),
    await buildConvexImage('dashboard'),
  ];
  const testenv = startCluster('node');
  await load(testenv, images);
  await install(testenv);
  await startServer(testenv);
  say('The samples of test-manifests.');
  await applySamples(testenv);
  await logIn(testenv);
  await showConvex(testenv, 'none');
  await useAdminKey(testenv);
  explain(testenv);
}
