import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../scripts/bundle.ts';
import { createCrdManifest, type Transport } from '../src/framework/framework.ts';
import { definitions } from '../src/resources/resources.ts';
import type { AuditMark, AuditRequest } from '../testenv/src/audit.ts';
import { createNamespace } from '../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../testenv/src/service-account.ts';
import { startTestenv, type Testenv } from '../testenv/src/testenv.ts';
import { transportTo } from '../tests/harness/transport-to.ts';
import { APP_GROUP, appDefinition } from './operator/app-kind.ts';
import { OperatorProcess, type StartOptions } from './operator-process.ts';

const ROOT = join(import.meta.dirname, '..');
const OPERATOR_USER = 'system:serviceaccount:hearth-system:hearth';

const ALL_VERBS = ['get', 'list', 'watch', 'create', 'patch', 'delete'];

/** The rights of the measured kind, which are not among those that Hearth ships with. */
const RIGHTS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'hearth-bench' },
    rules: [
      { apiGroups: [APP_GROUP], resources: ['apps'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: [APP_GROUP], resources: ['apps/status'], verbs: ['patch'] },
      { apiGroups: [''], resources: ['configmaps', 'services'], verbs: ALL_VERBS },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'hearth-bench' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'hearth-bench' },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];

/** What everything is measured in: a control plane with Hearth installed, and bundles as the image has them. */
export class World {
  readonly testenv: Testenv;
  /** Sends requests as the administrator. */
  readonly transport: Transport;
  /** Sends requests as the operator. */
  readonly asOperator: Transport;
  readonly #kubeconfig: string;
  readonly #operators = new Set<OperatorProcess>();

  private constructor(testenv: Testenv, kubeconfig: string) {
    this.testenv = testenv;
    this.transport = transportTo(testenv.kubeconfig, { userAgent: 'bench' });
    this.asOperator = transportTo(kubeconfig, { userAgent: 'bench' });
    this.#kubeconfig = kubeconfig;
  }

  static async create(): Promise<World> {
    await bundle({ entry: join(ROOT, 'src/operator.ts'), outfile: join(ROOT, 'dist/hearth.mjs') });
    const entry = join(ROOT, 'bench/operator/app-operator.ts');
    await bundle({ entry, outfile: join(ROOT, 'dist/bench-operator.mjs') });
    const crds = await mkdtemp(join(tmpdir(), 'hearth-bench-'));
    for (const crd of [...definitions, appDefinition()].map((definition) => createCrdManifest(definition))) {
      await writeFile(join(crds, `${crd.metadata.name}.yaml`), JSON.stringify(crd));
    }
    const testenv = await startTestenv({ crdDirs: [crds] });
    await rm(crds, { recursive: true });
    await kubectl(testenv, ['apply', '-k', join(ROOT, 'manifests')]);
    const list = { apiVersion: 'v1', kind: 'List', items: RIGHTS };
    await kubectl(testenv, ['apply', '-f', '-'], JSON.stringify(list));
    const account = { namespace: 'hearth-system', name: 'hearth', expirationSeconds: 4 * 3600 };
    return new World(testenv, await serviceAccountKubeconfig(testenv, account));
  }

  async namespace(): Promise<string> {
    return (await createNamespace(this.testenv, 'bench')).name;
  }

  /** Starts an operator under its shipped rights: the one with the measured kind, unless told otherwise. */
  async start(
    options: Partial<StartOptions> & Pick<StartOptions, 'namespaces'>,
    program: 'bench-operator' | 'hearth' = 'bench-operator',
  ): Promise<OperatorProcess> {
    const entry = join(ROOT, `dist/${program}.mjs`);
    const operator = await OperatorProcess.start({ entry, kubeconfig: this.#kubeconfig, ...options });
    this.#operators.add(operator);
    return operator;
  }

  /** Ends the operators that a measurement has left behind because it failed. */
  async killOperators(): Promise<void> {
    const left = [...this.#operators];
    this.#operators.clear();
    await Promise.all(left.map((operator) => operator.kill()));
  }

  mark(): AuditMark {
    return this.testenv.audit.mark();
  }

  /** What operators asked the API server for since a mark, leases and events aside. */
  requestsSince(since: AuditMark, verbs?: readonly string[]): AuditRequest[] {
    const requests = this.testenv.audit.requests({ user: OPERATOR_USER, since, ...(verbs ? { verbs } : {}) });
    return requests.filter(({ resource }) => resource !== 'leases' && resource !== 'events');
  }

  async stop(): Promise<void> {
    this.transport.close();
    this.asOperator.close();
    await this.testenv.stop();
  }
}

async function kubectl(testenv: Testenv, args: readonly string[], input = ''): Promise<void> {
  const { code, stderr } = await testenv.kubectl(args, { input });
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
  }
}
