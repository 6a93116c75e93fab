import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Testenv } from '../testenv/src/testenv.ts';
import { kubectl, say } from './cluster.ts';
import { ROOT } from './state.ts';

const SAMPLE = 'test-manifests/convex-instance/convex-on-postgres-database.yaml';
const NAMESPACE = 'homelab';

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
export async function showConvex(testenv: Testenv, gatewayClassName: string): Promise<void> {
  say(`A Convex on a PostgresDatabase: ${SAMPLE}.`);
  await kubectl(testenv, ['apply', '-f', '-'], sample(gatewayClassName));
  await kubectl(testenv, [
    'wait',
    '--for=condition=Ready',
    'convexinstances',
    '--all',
    '-n',
    NAMESPACE,
    '--timeout=180s',
  ]);
  await kubectl(testenv, ['get', 'convexinstances', '-n', NAMESPACE]);
  await kubectl(testenv, ['describe', 'convexinstance', 'forum', '-n', NAMESPACE]);
}

/** Asks the backend, in its pod, whether the generated admin key is one of its own. */
export async function useAdminKey(testenv: Testenv): Promise<void> {
  say('The proof: the backend takes the generated admin key.');
  const ask = `fetch('http://127.0.0.1:3210/api/check_admin_key', {
    headers: { authorization: 'Convex ' + process.env.CONVEX_ADMIN_KEY },
  }).then(async (answer) => console.log(answer.status, await answer.text()))`;
  await kubectl(testenv, ['exec', '-n', NAMESPACE, 'forum-backend-0', '--', 'node', '-e', ask]);
}
