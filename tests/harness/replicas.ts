import { join } from 'node:path';
import { afterEach, beforeAll } from 'vitest';
import { createCrdManifest } from '../../src/framework/framework.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { type OperatorProcess, startOperator } from './operator-process.ts';
import { type Suite, useSuite } from './suite.ts';
import { unrulyDefinition } from './unruly-kind.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const SUBJECTS = [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }];
const KINDS = 'hearth-unruly';
const LEASES = 'hearth-leases';

/**
 * The rights that Hearth does not ship with: those of the unruly kind, and on a Lease in the suite's own namespace, so
 * that suites do not compete with one another.
 */
const RIGHTS = [
  {
    apiVersion: RBAC,
    kind: 'ClusterRole',
    metadata: { name: KINDS },
    rules: [
      { apiGroups: ['homelab.mortenolsen.pro'], resources: ['unrulys'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: ['homelab.mortenolsen.pro'], resources: ['unrulys/status'], verbs: ['patch'] },
    ],
  },
  {
    apiVersion: RBAC,
    kind: 'ClusterRoleBinding',
    metadata: { name: KINDS },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: KINDS },
    subjects: SUBJECTS,
  },
  {
    apiVersion: RBAC,
    kind: 'Role',
    metadata: { name: LEASES },
    rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'update'] }],
  },
  {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name: LEASES },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: LEASES },
    subjects: SUBJECTS,
  },
];

/** How long the Lease lasts in tests, in seconds. */
export const LEASE_SECONDS = 5;

/** The Lease as tests look at it. */
export type SeenLease = {
  readonly holder: string;
  readonly acquired: Date;
  readonly renewed: Date;
  readonly transitions: number;
};

/** Replicas of an operator with the unruly kind, which compete for the one Lease. */
export class Replicas {
  readonly suite: Suite;
  readonly #started: OperatorProcess[] = [];

  constructor(suite: Suite) {
    this.suite = suite;
  }

  async start(name: string, env: Readonly<Record<string, string>> = {}): Promise<OperatorProcess> {
    const { kubeconfig, namespace } = this.suite;
    const operator = await startOperator({
      name,
      kubeconfig,
      namespaces: [namespace],
      entry: join(import.meta.dirname, 'definitions-operator.ts'),
      env: {
        HEARTH_TEST_DEFINITIONS: join(import.meta.dirname, 'unruly-kind.ts'),
        POD_NAMESPACE: namespace,
        HEARTH_LEASE_SECONDS: String(LEASE_SECONDS),
        ...env,
      },
    });
    this.#started.push(operator);
    return operator;
  }

  /** Starts a replica and waits until it holds the Lease. */
  async startLeader(name: string, env?: Readonly<Record<string, string>>): Promise<OperatorProcess> {
    const operator = await this.start(name, env);
    await this.leads(name);
    return operator;
  }

  /** Starts a replica and waits until its caches are filled. */
  async startStandby(name: string, env?: Readonly<Record<string, string>>): Promise<OperatorProcess> {
    const operator = await this.start(name, env);
    await eventually(`${name} is ready`, async () => (await fetch(`${operator.url}/readyz`)).ok);
    return operator;
  }

  /** Waits until the Lease names a replica as its holder. */
  async leads(name: string): Promise<SeenLease> {
    return await eventually(`${name} holds the Lease`, () => this.lease(), {
      until: ({ holder }) => holder === name,
    });
  }

  /** Writes another holder into the Lease, as somebody with the right to do so may. */
  async rob(): Promise<void> {
    const robbery = JSON.stringify({ spec: { holderIdentity: 'robber' } });
    await this.suite.kubectl('patch', 'lease', 'hearth', '-n', this.suite.namespace, '--type=merge', '-p', robbery);
  }

  async lease(): Promise<SeenLease> {
    const path = `/apis/coordination.k8s.io/v1/namespaces/${this.suite.namespace}/leases/hearth`;
    const { spec } = (await this.suite.testenv.request({ path })).body;
    const { holderIdentity: holder, leaseTransitions: transitions } = spec;
    return { holder, transitions, acquired: new Date(spec.acquireTime), renewed: new Date(spec.renewTime) };
  }

  /** Makes an Unruly that behaves in one way. */
  async misbehave(behaviour: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const metadata = { name: behaviour };
    const unruly = { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'Unruly', metadata };
    await this.suite.apply({ ...unruly, spec: { behaviour, ...spec } });
  }

  /** Ends all replicas by force and removes what they made. */
  async end(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((operator) => operator.kill()));
    for (const kind of ['unrulys', 'leases']) {
      await this.suite.kubectl('delete', kind, '--all', '-n', this.suite.namespace, '--timeout=30s');
    }
  }
}

/** Replicas for the tests of one file. Each test ends with none. */
export function useReplicas(name: string): () => Replicas {
  const suite = useSuite({ name, withoutOperator: true });
  let replicas: Replicas | undefined;
  beforeAll(async () => {
    replicas = new Replicas(suite());
    const crd = createCrdManifest(unrulyDefinition);
    await suite().apply(crd, ...RIGHTS);
    await suite().kubectl('wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s');
  });
  afterEach(async () => await replicas?.end());
  return () => {
    if (!replicas) {
      throw new Error('the replicas are there only inside tests');
    }
    return replicas;
  };
}
