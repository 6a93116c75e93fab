import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { serviceAccountKubeconfig } from '../../../testenv/src/service-account.ts';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../../testenv/src/testenv.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { freePort } from '../../../tests/harness/letter-webhook.ts';
import { type OperatorProcess, startOperator } from '../../../tests/harness/operator-process.ts';
import { applyAll } from '../../../tests/harness/own-cluster.ts';
import { conditionOf, type SeenObject } from '../../../tests/harness/suite.ts';
import { createWebhookConfigurations } from '../../framework/framework.ts';
import { GROUP } from '../group.ts';
import { postgresDatabaseDefinition } from './postgres-database.ts';
import { postgresDatabase } from './testing/databases.ts';

/** A control plane of its own, because whom the API server asks concerns the whole cluster. */
let testenv: Testenv;
let operator: OperatorProcess;

const test = testNeeding('faults');

const ROOT = join(import.meta.dirname, '../../..');
const NAMESPACE = 'webhook';

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  await testenv.kubectl(['apply', '-k', join(ROOT, 'manifests/overlays/webhook')]);
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  const port = await freePort();
  operator = await startOperator({
    name: 'database-webhook',
    kubeconfig: await serviceAccountKubeconfig(testenv, { namespace: 'hearth-system', name: 'hearth' }),
    namespaces: [NAMESPACE],
    env: {
      POD_NAMESPACE: 'hearth-system',
      HEARTH_WEBHOOK_PORT: String(port),
      HEARTH_WEBHOOK_HOSTS: '127.0.0.1',
    },
  });
  // What ships leads to a Service; here the operator is beside the cluster.
  await testenv.kubectl(['delete', 'validatingwebhookconfiguration,mutatingwebhookconfiguration', '--all']);
  await applyAll(
    testenv,
    ...createWebhookConfigurations('hearth-webhook', [postgresDatabaseDefinition], (path) => ({
      url: `https://127.0.0.1:${port}/${path}`,
    })),
  );
  await eventually('the webhook is asked', async () => (await apply(long('probe'), '--dry-run=server')).code === 1, {
    timeoutMs: 30_000,
  });
});

afterAll(async () => {
  await operator?.kill();
  await testenv?.stop();
});

async function apply(object: object, ...flags: readonly string[]) {
  return await testenv.kubectl(['apply', '-n', NAMESPACE, ...flags, '-f', '-'], { input: JSON.stringify(object) });
}

const long = (name: string) => postgresDatabase(name, { connection: 'db', schemas: ['ok', 'ü'.repeat(40)] });

test('what PostgreSQL could not keep is refused with the field', async () => {
  expect((await apply(long('long'))).stderr).toContain('spec.schemas[1] is longer than 63 bytes: choose another name');
});

test('what is not supported yet is warned of, in the words of a run', async () => {
  const { code, stderr } = await apply(postgresDatabase('peak', { environment: 'dev' }));
  expect(code).toBe(0);
  expect(stderr).toContain(`Warning: PostgresDatabase ${NAMESPACE}/peak: spec.environment is not supported yet`);
  const path = `/apis/${GROUP}/v1/namespaces/${NAMESPACE}/postgresdatabases/peak`;
  const { body } = await eventually('it is stalled', () => testenv.request({ path }), {
    timeoutMs: 30_000,
    until: (seen) => conditionOf(seen.body as SeenObject, 'Stalled')?.reason === 'NotSupported',
  });
  expect(stderr).toContain(conditionOf(body as SeenObject, 'Ready')?.message);
});
