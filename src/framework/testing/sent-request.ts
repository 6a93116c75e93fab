import type { ApiRequest } from '../api/transport.ts';

/** A request in the words of RBAC. */
export type SentRequest = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The path of the object that it is about, without a subresource; of the collection when it names no object. */
  readonly path: string;
  /** The status code of the answer; 0 when there was none. */
  readonly code: number;
};

const RESOURCE_PATH =
  /^(\/api\/[^/]+|\/apis\/([^/]+)\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/;

const VERBS = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const;

/** What a request asks for; `undefined` for one that is not about a resource, such as discovery. */
export function sentRequest(request: ApiRequest, code = 0): SentRequest | undefined {
  const match = RESOURCE_PATH.exec(request.path);
  if (!match) {
    return undefined;
  }
  const [, root = '', group = '', namespace = '', resource = '', named = '', subresource = ''] = match;
  const name = decodeURIComponent(named || nameIn(request.body));
  const collection = `${root}${namespace && `/namespaces/${namespace}`}/${resource}`;
  return {
    verb: verbOf(request, named !== ''),
    group,
    resource,
    subresource,
    namespace,
    name,
    path: name === '' ? collection : `${collection}/${encodeURIComponent(name)}`,
    code,
  };
}

function verbOf({ method = 'GET', query }: ApiRequest, isNamed: boolean): string {
  if (method !== 'GET') {
    return VERBS[method];
  }
  if (isNamed) {
    return 'get';
  }
  return query?.['watch'] === true ? 'watch' : 'list';
}

/** A creation names its object in the body. */
function nameIn(body: unknown): string {
  const metadata = (body as { metadata?: { name?: string } } | undefined)?.metadata;
  return metadata?.name ?? '';
}
