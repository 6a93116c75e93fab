import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { cacheRoot } from '../testenv/src/cache.ts';
import { serviceAccountKubeconfig } from '../testenv/src/service-account.ts';
import type { SupervisorState } from '../testenv/src/supervisor.ts';
import { attachTestenv, type Testenv } from '../testenv/src/testenv.ts';
import { eventually } from '../testenv/src/wait.ts';
import { FOLDER, logFile, NODE, ROOT, runningPid, startInBackground } from './state.ts';

type Login = { readonly host: string; readonly port: number; readonly user: string; readonly password: string };

function say(line: string): void {
  console.log(`\n\u001b[1m${line}\u001b[0m`);
}

function startCluster(): Testenv {
  say('A real Kubernetes control plane on this machine; its kubelets are simulated (kwok), so pods run only in name.');
  const launcher = join(ROOT, 'testenv/testenv.js');
  const { status } = spawnSync(NODE, [launcher, 'up', '--name', 'demo'], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  const assets = execFileSync(NODE, [launcher, 'assets'], { encoding: 'utf8' }).trim();
  const state = JSON.parse(readFileSync(join(cacheRoot(), 'run/demo/state.json'), 'utf8')) as SupervisorState;
  return attachTestenv({ ...state, kubectl: join(assets, 'kubectl'), without: [] });
}

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

/** Runs kubectl and shows what it says. Exits when it fails, for kubectl has said why. */
async function kubectl(testenv: Testenv, args: readonly string[], input?: string): Promise<void> {
  console.log(`$ kubectl ${args.join(' ')}`);
  const { code, stdout, stderr } = await testenv.kubectl(args, input === undefined ? {} : { input });
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code !== 0) {
    process.exit(code);
  }
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

async function applySamples(testenv: Testenv, login: Login): Promise<void> {
  say("The samples of test-manifests, and the Secret with the server's login that they refer to.");
  await kubectl(testenv, ['apply', '-f', join(ROOT, 'test-manifests/namespaces/namespaces.yaml')]);
  await kubectl(testenv, ['apply', '--server-side', '-f', '-'], adminSecret(login));
  await kubectl(testenv, ['apply', '-k', join(ROOT, 'test-manifests')]);
  const kinds = 'postgresconnections,postgresdatabases,generatesecrets';
  await kubectl(testenv, ['wait', '--for=condition=Ready', kinds, '--all', '-n', 'homelab', '--timeout=60s']);
  await kubectl(testenv, ['get', kinds, '-n', 'homelab']);
  await kubectl(testenv, ['get', 'events', '-n', 'homelab', '--sort-by=.eventTime']);
}

async function logIn(testenv: Testenv): Promise<void> {
  say('The proof: a login with the generated Secret homelab/postgres-database-test2.');
  const { stdout } = await testenv.kubectl(['get', 'secret', 'postgres-database-test2', '-n', 'homelab', '-o', 'json']);
  const { data } = JSON.parse(stdout) as { data: { url: string } };
  const client = new pg.Client({ connectionString: Buffer.from(data.url, 'base64').toString() });
  await client.connect();
  const { rows } = await client.query(
    'SELECT current_user, current_database(), split_part(version(), $1, 2) AS version',
    [' '],
  );
  await client.end();
  console.table(rows);
}

function explain(testenv: Testenv): void {
  const binaries = execFileSync(NODE, [join(ROOT, 'testenv/testenv.js'), 'assets'], { encoding: 'utf8' }).trim();
  say('It stays up. Try next:');
  console.log(`  export KUBECONFIG=${testenv.kubeconfig} PATH=${binaries}:$PATH
  kubectl get postgresdatabases -n homelab
  kubectl describe postgresdatabase test2 -n homelab
  kubectl explain postgresdatabase.spec
  kubectl delete secret postgres-database-test2 -n homelab    # it comes back, and its login works
  kubectl delete postgresdatabase shop -n homelab             # database, role and Secret go
  tail -f ${logFile('operator')}
  make demo-down                                              # removes everything
`);
}

mkdirSync(FOLDER, { recursive: true });
const testenv = startCluster();
const login = await startPostgresServer();
await startOperator(testenv);
await applySamples(testenv, login);
await logIn(testenv);
explain(testenv);
