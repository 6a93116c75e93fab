import { expect, test } from 'vitest';
import type { ApiRequest } from '../api/transport.ts';
import { type SentRequest, sentRequest } from './sent-request.ts';

const body = { metadata: { name: 'b' } };

test.each<{ request: ApiRequest; is: Partial<SentRequest> }>([
  {
    request: { path: '/api/v1/namespaces/a/secrets' },
    is: { verb: 'list', group: '', resource: 'secrets', namespace: 'a', path: '/api/v1/namespaces/a/secrets' },
  },
  { request: { path: '/api/v1/secrets', query: { watch: true } }, is: { verb: 'watch', namespace: '', name: '' } },
  {
    request: { path: '/api/v1/namespaces/a/secrets/b' },
    is: { verb: 'get', name: 'b', path: '/api/v1/namespaces/a/secrets/b' },
  },
  {
    request: { path: '/api/v1/namespaces/kube-system' },
    is: { verb: 'get', resource: 'namespaces', name: 'kube-system' },
  },
  {
    request: { method: 'POST', path: '/apis/apps/v1/namespaces/a/deployments', body },
    is: { verb: 'create', group: 'apps', name: 'b', path: '/apis/apps/v1/namespaces/a/deployments/b' },
  },
  {
    request: { method: 'PATCH', path: '/apis/apps/v1/namespaces/a/deployments/b/status', body },
    is: { verb: 'patch', subresource: 'status', path: '/apis/apps/v1/namespaces/a/deployments/b' },
  },
])('$request.path with $request.method is $is.verb', ({ request, is }) => {
  expect(sentRequest(request, 200)).toMatchObject({ ...is, code: 200 });
});

test.each(['/api/v1', '/apis/apps/v1', '/version', '/readyz'])('%s is about no resource', (path) => {
  expect(sentRequest({ path })).toBeUndefined();
});
