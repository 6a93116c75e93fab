import { join } from 'node:path';
import { createCrdManifest, type Explanation } from '../../src/framework/framework.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { type Suite, useSuite } from './suite.ts';
import { trialDefinition } from './trial-kind.ts';

const HARNESS = import.meta.dirname;
const ROLE = 'hearth-trial';

/** The rights of the trial kind, which are not among those that Hearth ships with. */
const RIGHTS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: ROLE },
    rules: [
      { apiGroups: ['homelab.mortenolsen.pro'], resources: ['trials'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: ['homelab.mortenolsen.pro'], resources: ['trials/status'], verbs: ['patch'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch', 'create', 'patch'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch', 'create', 'patch'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: ROLE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLE },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];

/** What the operator's process needs to know of the trial kind. */
export const TRIAL_ENV = { HEARTH_TEST_DEFINITIONS: join(HARNESS, 'trial-kind.ts'), LOG_LEVEL: 'debug' };

/** A suite whose operator has the trial kind and no other. */
export function useTrials(name: string, env: Readonly<Record<string, string>> = {}): () => Suite {
  return useSuite({
    name,
    withoutOperator: true,
    operator: {
      entry: join(HARNESS, 'definitions-operator.ts'),
      env: { ...TRIAL_ENV, ...env },
    },
  });
}

/** Installs the trial kind and starts the suite's operator. */
export async function startTrials(suite: Suite): Promise<void> {
  const crd = createCrdManifest(trialDefinition);
  await suite.apply(crd, ...RIGHTS);
  await suite.kubectl('wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s');
  await suite.startOperator();
  await eventually('it is ready', async () => (await fetch(`${suite.operator.url}/readyz`)).ok);
}

/** What the operator tells of a Trial. */
export async function explained(suite: Suite, name: string): Promise<Explanation> {
  const query = new URLSearchParams({ kind: 'Trial', key: `${suite.namespace}/${name}` });
  const response = await fetch(`${suite.operator.url}/debug/explain?${query}`);
  if (!response.ok) {
    throw new Error(`${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as Explanation;
}

/** A Trial that behaves in one way. */
export function trial(name: string, spec: Readonly<Record<string, unknown>>) {
  return { apiVersion: 'homelab.mortenolsen.pro/v1', kind: 'Trial', metadata: { name }, spec };
}
