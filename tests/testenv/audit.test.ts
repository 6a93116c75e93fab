import { describe, expect } from 'vitest';
import { apiRequest } from '../../testenv/src/api-request.ts';
import { type AuditQuery, writeVerbs } from '../../testenv/src/audit.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { useCluster } from './cluster.ts';
import { configMap } from './manifests.ts';

const cluster = useCluster();
const audited = testNeeding('audit');

async function newUser(name: string): Promise<{ user: string; kubeconfig: string }> {
  const { testenv, namespace } = cluster;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await testenv.request({ method: 'POST', path, body: { metadata: { name } } });
  const kubeconfig = await serviceAccountKubeconfig(testenv, { namespace, name });
  return { user: `system:serviceaccount:${namespace}:${name}`, kubeconfig };
}

const seen = (query: AuditQuery) => cluster.testenv.audit.requests(query);

describe('the audit reader', () => {
  audited('finds exactly the requests between two marks, a hundred times over', async () => {
    const { user, kubeconfig } = await newUser('one-at-a-time');
    for (let round = 0; round < 100; round += 1) {
      const since = cluster.testenv.audit.mark();
      await apiRequest(kubeconfig, { path: `/api/v1/namespaces/${cluster.namespace}/configmaps/round-${round}` });
      const until = cluster.testenv.audit.mark();
      expect(seen({ user, since, until }).map(({ verb, name, code }) => [verb, name, code])).toEqual([
        ['get', `round-${round}`, 403],
      ]);
    }
    expect(seen({ user })).toHaveLength(100);
  });

  audited('has a large answer before its reader has all of it', async () => {
    for (let round = 0; round < 20; round += 1) {
      const since = cluster.testenv.audit.mark();
      const userAgent = `large-${round}`;
      const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const { body } = await cluster.testenv.request({ path, userAgent });
      const until = cluster.testenv.audit.mark();
      expect(JSON.stringify(body).length).toBeGreaterThan(100_000);
      expect(seen({ since, until, userAgent })).toHaveLength(1);
    }
  });

  audited('finds concurrent requests, all of them', async () => {
    const { user, kubeconfig } = await newUser('many-at-once');
    const since = cluster.testenv.audit.mark();
    const names = Array.from({ length: 50 }, (_, index) => `many-${index}`);
    const path = `/api/v1/namespaces/${cluster.namespace}/configmaps`;
    await Promise.all(names.map((name) => apiRequest(kubeconfig, { path: `${path}/${name}` })));
    const until = cluster.testenv.audit.mark();
    expect(
      seen({ user, since, until })
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
  });

  audited('counts a watch once, from its start', async () => {
    const since = cluster.testenv.audit.mark();
    const userAgent = 'watching-once';
    const path = `/api/v1/namespaces/${cluster.namespace}/configmaps?watch=true&timeoutSeconds=1`;
    await cluster.testenv.request({ path, userAgent });
    expect(seen({ since, userAgent }).map(({ verb, code }) => [verb, code])).toEqual([['watch', 200]]);
  });

  audited('tells reads from writes and says what they were about', async () => {
    const { testenv, namespace } = cluster;
    const since = testenv.audit.mark();
    const userAgent = 'reads-and-writes';
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await testenv.request({ method: 'POST', path, body: configMap('written'), userAgent });
    await testenv.request({ path: `${path}/written`, userAgent });
    await testenv.request({ method: 'DELETE', path: `${path}/written`, userAgent });
    const writes = seen({ since, userAgent, verbs: writeVerbs, resource: 'configmaps', namespace });
    expect(writes.map(({ verb, code, user }) => [verb, code, user])).toEqual([
      ['create', 201, 'testenv-admin'],
      ['delete', 200, 'testenv-admin'],
    ]);
  });
});
