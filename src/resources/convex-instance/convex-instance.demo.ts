import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubectl, say } from '../../../demo/cluster.ts';
import type { KindDemo, Stage } from '../../../demo/kind-demo.ts';
import { ROOT } from '../../../demo/state.ts';

/** Not there where PostgresDatabase is not among the kinds. */
const SAMPLE = 'test-manifests/convex-instance/convex-on-postgres-database.yaml';
const NAMESPACE = 'homelab';
const NAME = 'forum';

/** Nobody serves Gateways on the node. */
const GATEWAY_CLASSES = { node: 'none', simulated: 'simulated' };

type Manifest = { readonly kind: string; readonly spec: { readonly networking?: object } };

/** The sample, on Gateways of a class. */
function sample(gatewayClassName: string): string {
  const items = parseAllDocuments(readFileSync(join(ROOT, SAMPLE), 'utf8')).map((each) => each.toJS() as Manifest);
  const adapted = items.map((each) => {
    const networking = { ...each.spec.networking, gatewayClassName };
    return each.kind === 'ConvexInstance' ? { ...each, spec: { ...each.spec, networking } } : each;
  });
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: adapted });
}

/** Makes a Convex on a database of Hearth's, waits until it is Ready, and shows what Hearth tells of it. */
async function show({ testenv, profile }: Stage): Promise<void> {
  if (!existsSync(join(ROOT, SAMPLE))) {
    return;
  }
  say(`A Convex on a PostgresDatabase: ${SAMPLE}.`);
  await kubectl(testenv, ['apply', '-f', '-'], { input: sample(GATEWAY_CLASSES[profile]) });
  const instance = `convexinstance/${NAME}`;
  await kubectl(testenv, ['wait', '--for=condition=Ready', instance, '-n', NAMESPACE, '--timeout=180s']);
  await kubectl(testenv, ['get', 'convexinstances', '-n', NAMESPACE]);
  await kubectl(testenv, ['describe', 'convexinstance', NAME, '-n', NAMESPACE]);
  if (profile === 'node') {
    await useAdminKey(testenv);
  }
}

/** Asks the backend, in its pod, whether the generated admin key is one of its own. */
async function useAdminKey(testenv: Stage['testenv']): Promise<void> {
  say('The proof: the backend takes the generated admin key.');
  const ask = `fetch('http://127.0.0.1:3210/api/check_admin_key', {
    headers: { authorization: 'Convex ' + process.env.CONVEX_ADMIN_KEY },
  }).then(async (answer) => console.log(answer.status, await answer.text()))`;
  await kubectl(testenv, ['exec', '-n', NAMESPACE, `${NAME}-backend-0`, '--', 'node', '-e', ask]);
}

export const demo: KindDemo = {
  show,
  next: ({ profile }) =>
    profile === 'node'
      ? [`kubectl delete pod ${NAME}-backend-0 -n ${NAMESPACE} # the next one has what this one had`]
      : [
          `kubectl patch convex ${NAME} -n ${NAMESPACE} --type=merge -p '{"spec":{"version":"2"}}'; kubectl get convex -n ${NAMESPACE} -w`,
        ],
};
