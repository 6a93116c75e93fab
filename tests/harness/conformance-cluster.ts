import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { Rule } from '../../src/framework/rights/rule.ts';
import type { ConformanceCluster } from '../../src/framework/testing/cluster.ts';
import { createNamespace } from '../../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import type { Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts/conformance');
const RBAC = 'rbac.authorization.k8s.io';

/** A place for one trial. */
export type TrialPlace = ConformanceCluster & { readonly remove: () => Promise<void> };

/**
 * A namespace, and in it a ServiceAccount that has the rights under test. It is used by one trial only, so the audit log
 * has exactly what that trial has asked for.
 */
export async function createTrialPlace(testenv: Testenv, name: string, rights: readonly Rule[]): Promise<TrialPlace> {
  const { name: namespace, delete: deleteNamespace } = await createNamespace(testenv, `try-${name}`);
  const send = async (method: 'POST' | 'DELETE', path: string, body?: unknown) => {
    const answer = await testenv.request({ method, path, body });
    if (answer.status >= 400) {
      throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  };
  const account = { kind: 'ServiceAccount', name: 'operator', namespace };
  await send('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: account.name } });
  const roles = `/apis/${RBAC}/v1/clusterroles`;
  const bindings = `/apis/${RBAC}/v1/clusterrolebindings`;
  await send('POST', roles, { metadata: { name: namespace }, rules: rights });
  const roleRef = { apiGroup: RBAC, kind: 'ClusterRole', name: namespace };
  await send('POST', bindings, { metadata: { name: namespace }, roleRef, subjects: [account] });
  const user = `system:serviceaccount:${namespace}:${account.name}`;
  await eventually('the rights are in force', () => isAllowed(testenv, user, namespace));
  const operator = await serviceAccountKubeconfig(testenv, { ...account, dir: join(ARTIFACTS, namespace) });
  return {
    namespace,
    admin: load(testenv.kubeconfig),
    operator: load(operator),
    grants: () =>
      testenv.audit.requests({ user }).flatMap(({ verb, group, resource, subresource, name: object, code }) => {
        return resource === '' ? [] : [{ verb, group, resource: join(resource, subresource), name: object, code }];
      }),
    remove: async () => {
      await send('DELETE', `${bindings}/${namespace}`);
      await send('DELETE', `${roles}/${namespace}`);
      await deleteNamespace();
    },
  };
}

function load(path: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(path);
  return config;
}

/** The authorizer learns of roles and bindings by a watch of its own, and so a moment later. */
async function isAllowed(testenv: Testenv, user: string, namespace: string): Promise<boolean> {
  const resourceAttributes = { namespace, verb: 'create', group: 'events.k8s.io', resource: 'events' };
  const { body } = await testenv.request({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: { spec: { user, resourceAttributes } },
  });
  return body.status?.allowed === true;
}
