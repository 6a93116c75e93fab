import {
  type AnyDefinition,
  Discovery,
  messageOf,
  splitApiVersion,
  type Transport,
} from '../../framework/framework.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

/** Who is asked about, and where he works; everywhere when no namespace is named. */
export type Account = { readonly namespace: string; readonly name: string; readonly namespaces: readonly string[] };

type Right = {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
};

type Review = { readonly status?: { readonly allowed?: boolean } };

const COMPONENT_VERBS = ['list', 'watch', 'create', 'patch', 'delete'];

/** Whether the operator may do what its kinds need, as the API server itself answers. */
export async function checkRights(
  transport: Transport,
  definitions: readonly AnyDefinition[],
  account: Account,
): Promise<Finding[]> {
  const discovery = new Discovery(transport);
  return await Promise.all(
    definitions.map(async (definition) => {
      const about = {
        check: 'right',
        subject: `ServiceAccount ${account.namespace}/${account.name}`,
        kinds: [definition.kind],
      };
      try {
        const rights = [...ownRights(definition), ...(await componentRights(definition, discovery))];
        const answers = await Promise.all(rights.map((right) => isGranted(transport, right, account)));
        const lacking = rights.filter((_, index) => !answers[index]).map(wordsOf);
        return lacking.length === 0
          ? fine(about)
          : wrong(about, `may not ${[...new Set(lacking)].join(', ')}: apply manifests/rbac of this Hearth`);
      } catch (error) {
        return unknown(about, `could not be asked about: ${messageOf(error)}`);
      }
    }),
  );
}

function ownRights({ group, names: { plural: resource } }: AnyDefinition): Right[] {
  return [
    { verb: 'list', group, resource },
    { verb: 'watch', group, resource },
    { verb: 'patch', group, resource, subresource: 'status' },
    { verb: 'create', group: 'events.k8s.io', resource: 'events' },
  ];
}

/** Of kinds that the cluster does not serve, nothing can be asked. */
async function componentRights({ components = [] }: AnyDefinition, discovery: Discovery): Promise<Right[]> {
  const kinds = components.flatMap((component) => component.kinds);
  const types = await Promise.all(kinds.map((kind) => discovery.resolve(kind).catch(() => undefined)));
  return types.flatMap((type, index) => {
    const { group } = splitApiVersion(kinds[index]?.apiVersion ?? '');
    return type ? COMPONENT_VERBS.map((verb) => ({ verb, group, resource: type.plural })) : [];
  });
}

async function isGranted(transport: Transport, right: Right, account: Account): Promise<boolean> {
  const places = account.namespaces.length > 0 ? account.namespaces : [undefined];
  const answers = await Promise.all(places.map((namespace) => ask(transport, { ...right, namespace }, account)));
  return answers.every(({ status }) => status?.allowed === true);
}

async function ask(transport: Transport, resourceAttributes: object, account: Account): Promise<Review> {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'];
  return await transport.request<Review>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, resourceAttributes },
    },
  });
}

function wordsOf({ verb, group, resource, subresource }: Right): string {
  const name = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${verb} ${group === '' ? name : `${group}/${name}`}`;
}
