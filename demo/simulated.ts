import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceAccountKubeconfig } from '../testenv/src/service-account.ts';
import type { Testenv } from '../testenv/src/testenv.ts';
import { eventually } from '../testenv/src/wait.ts';
import { applySamples, assets, kubectl, say, startCluster } from './cluster.ts';
import { demosOfKinds, type Stage } from './kind-demo.ts';
import { FOLDER, logFile, ROOT, runningPid, startInBackground } from './state.ts';

type Login = { readonly host: string; readonly port: number; readonly user: string; readonly password: string };

async function startPostgresServer(): Promise<Login> {
  say('A PostgreSQL server beside it.');
  const file = join(FOLDER, 'postgres.json');
  if (runningPid('postgres') === undefined) {
    startInBackground({ name: 'postgres', script: 'demo/postgres.ts', env: {} });
  }
  const login = await eventually('PostgreSQL is up', () => {
    if (runningPid('postgres') === undefined) {
      throw new Error(readFileSync(logFile('postgres'), 'utf8'));
    }
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Login) : undefined;
  });
  if (!login) {
    throw new Error('PostgreSQL did not tell its login');
  }
  console.log(`127.0.0.1:${login.port}`);
  return login;
}

async function startOperator(testenv: Testenv): Promise<void> {
  say('Hearth, installed as on any cluster, and run here with the rights of its ServiceAccount.');
  await kubectl(testenv, ['apply', '-k', join(ROOT, 'manifests')]);
  if (runningPid('operator') !== undefined) {
    return;
  }
  // The garbage collector looks for new kinds only every half a minute; a fresh one knows them.
  await testenv.restart('controller-manager');
  const account = { namespace: 'hearth-system', name: 'hearth', dir: FOLDER, expirationSeconds: 24 * 60 * 60 };
  const kubeconfig = await serviceAccountKubeconfig(testenv, account);
  const env = { KUBECONFIG: kubeconfig, HEARTH_PORT: '0', HEARTH_RECHECK_SECONDS: '15', LOG_FORMAT: 'text' };
  startInBackground({ name: 'operator', script: 'src/operator.ts', env });
  await eventually('the operator starts', () => readFileSync(logFile('operator'), 'utf8').includes('started'));
}

function adminSecret({ host, port, user, password }: Login): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'postgres-secret', namespace: 'postgres' },
    stringData: { host, port: String(port), user, password },
  });
}

function explain({ testenv }: Stage, next: readonly string[]): void {
  say('It stays up. Try next:');
  console.log(`  export KUBECONFIG=${testenv.kubeconfig} PATH=${assets()}:$PATH
  kubectl get hearth --all-namespaces
  ${next.join('\n  ')}
  tail -f ${logFile('operator')}
  make demo-down # removes everything
`);
}

/** The demo without a real node: PostgreSQL and the operator are processes beside the cluster. */
export async function showSimulated(reason: string): Promise<void> {
  say(`Profile simulated: a real Kubernetes control plane on this machine, whose pods run only in name (${reason}).`);
  const testenv = startCluster('full');
  const stage: Stage = { testenv, profile: 'simulated' };
  const login = await startPostgresServer();
  await startOperator(testenv);
  say("The samples of test-manifests, and the Secret with the server's login that they refer to.");
  await kubectl(testenv, ['apply', '-f', join(ROOT, 'test-manifests/namespaces/namespaces.yaml')]);
  await kubectl(testenv, ['apply', '--server-side', '-f', '-'], { input: adminSecret(login) });
  const demos = await demosOfKinds();
  await applySamples(testenv, demos);
  for (const { show } of demos) {
    await show?.(stage);
  }
  explain(
    stage,
    demos.flatMap(({ next }) => next?.(stage) ?? []),
  );
}
