import { describe, expect } from 'vitest';
import { apiRequest } from '../../testenv/src/api-request.ts';
import { createNamespace } from '../../testenv/src/namespaces.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { useCluster } from './cluster.ts';
import { claim, configMap, deployment, isTrue, job, pod, statefulSet } from './manifests.ts';

const cluster = useCluster();
const withPods = testNeeding('controllers', 'pods');
const simulated = testNeeding('simulation');

describe('the built-in controllers', () => {
  withPods('a Deployment becomes available', async () => {
    await cluster.apply(deployment('web'));
    const web = await cluster.until('deployment', 'web', (object) => object.status?.availableReplicas === 2);
    expect(isTrue(web, 'Available')).toBe(true);
  });

  withPods('a StatefulSet with claims rolls out, and rolls on to another image', async () => {
    await cluster.apply(statefulSet('db', 'example/db:1'));
    const first = await cluster.until('statefulset', 'db', (object) => object.status?.availableReplicas === 2);
    expect((await cluster.get('pvc', 'data-db-1')).status.phase).toBe('Bound');
    await cluster.apply(statefulSet('db', 'example/db:2'));
    await cluster.until(
      'statefulset',
      'db',
      ({ status, metadata }) =>
        status.observedGeneration === metadata.generation &&
        status.updatedReplicas === 2 &&
        status.availableReplicas === 2 &&
        status.currentRevision !== first.status.currentRevision,
    );
    expect((await cluster.get('pod', 'db-0')).spec.containers[0].image).toBe('example/db:2');
  });

  withPods('a Job succeeds', async () => {
    await cluster.apply(job('good', 'example/job:1'));
    const done = await cluster.until('job', 'good', (object) => isTrue(object, 'Complete'));
    expect(done.status.succeeded).toBe(1);
  });

  simulated('a Job fails when its pod is asked to', async () => {
    await cluster.apply(job('broken', 'job-fail/job:1'));
    const done = await cluster.until('job', 'broken', (object) => isTrue(object, 'Failed'));
    expect(done.status.failed).toBe(1);
  });

  simulated('a claim of the default class is bound at once', async () => {
    await cluster.apply(claim('plain', 'standard'));
    await cluster.until('pvc', 'plain', (object) => object.status?.phase === 'Bound');
  });

  simulated('a claim of the waiting class is bound when a pod uses it', async () => {
    await cluster.apply(claim('later', 'standard-wait'));
    await cluster.until('pvc', 'later', (object) => object.status?.phase === 'Pending');
    const user = pod('user-of-later') as { spec: object };
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'later' } }];
    await cluster.apply({ ...user, spec: { ...user.spec, volumes } });
    await cluster.until('pvc', 'later', (object) => object.status?.phase === 'Bound');
    await cluster.until('pod', 'user-of-later', (object) => isTrue(object, 'Ready'));
  });

  simulated('a claim of the expandable class is bound, and grows', async () => {
    await cluster.apply(claim('growing', 'sim', '1Gi'));
    const bound = await cluster.until('pvc', 'growing', (object) => object.status?.phase === 'Bound');
    expect(bound.status.capacity.storage).toBe('1Gi');
    await cluster.apply(claim('growing', 'sim', '5Gi'));
    const grown = await cluster.until('pvc', 'growing', (object) => object.status.capacity.storage === '5Gi');
    expect((await cluster.get('pv', grown.spec.volumeName)).spec.capacity.storage).toBe('5Gi');
  });

  withPods('a namespace with contents disappears', async () => {
    const doomed = await createNamespace(cluster.testenv, 'doomed');
    const path = `/api/v1/namespaces/${doomed.name}`;
    await cluster.testenv.request({ method: 'POST', path: `${path}/configmaps`, body: configMap('content') });
    await doomed.delete();
    await eventually('the namespace is gone', async () => (await cluster.testenv.request({ path })).status === 404);
  });

  withPods('deleting an owner deletes what it owns', async () => {
    await cluster.apply(configMap('owner'));
    const { uid } = (await cluster.get('configmap', 'owner')).metadata;
    await cluster.apply(configMap('owned', { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }));
    await cluster.testenv.kubectl(['delete', 'configmap', 'owner', '--namespace', cluster.namespace]);
    await eventually('the owned object is gone', async () => (await cluster.get('configmap', 'owned')) === undefined);
  });

  simulated('deleting an owner of a third-party kind deletes what it owns', async () => {
    const issuer = { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { name: 'owner' } };
    await cluster.apply({ ...issuer, spec: { selfSigned: {} } });
    const { uid } = (await cluster.get('issuer.cert-manager.io', 'owner')).metadata;
    await cluster.apply(configMap('issued', { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', name: 'owner', uid }));
    await cluster.testenv.kubectl(['delete', 'issuer.cert-manager.io', 'owner', '--namespace', cluster.namespace]);
    await eventually('the owned object is gone', async () => (await cluster.get('configmap', 'issued')) === undefined);
  });
});

describe('a ServiceAccount', () => {
  testNeeding('controllers')('may do with its token what its role allows, and nothing else', async () => {
    const { testenv, namespace } = cluster;
    const role = { apiGroups: [''], resources: ['configmaps'], verbs: ['list'] };
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'reader' } },
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'reader' }, rules: [role] },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'reader' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
        subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace }],
      },
    );
    const kubeconfig = await serviceAccountKubeconfig(testenv, { namespace, name: 'reader' });
    const at = (resource: string) => apiRequest(kubeconfig, { path: `/api/v1/namespaces/${namespace}/${resource}` });
    await eventually('the role is known', async () => (await at('configmaps')).status, {
      until: (code) => code === 200,
    });
    expect((await at('secrets')).status).toBe(403);
  });
});
