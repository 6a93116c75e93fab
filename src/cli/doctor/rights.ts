import {
  type AnyDefinition,
  dividedRights,
  type ExplainedRule,
  leaseRules,
  messageOf,
  type RoleSection,
  sectionsOf,
  type Transport,
} from '../../framework/framework.ts';
import { ACCOUNT } from '../rbac/role-text.ts';
import { type Finding, fine, unknown, wrong } from './finding.ts';

/** Who is asked about, and where he works; everywhere when no namespace is named. */
export type Account = { readonly namespace: string; readonly name: string; readonly namespaces: readonly string[] };

/** A rule that has to hold in one place: in a namespace, or everywhere. */
type Demand = { readonly title: string; readonly explained: ExplainedRule; readonly namespace: string | undefined };

type Review = { readonly status?: { readonly allowed?: boolean } };

/** Whether the operator may do all that its kinds declare, as the API server itself answers: what is lacking, rule by rule. */
export async function checkRights(
  transport: Transport,
  definitions: readonly AnyDefinition[],
  account: Account,
): Promise<Finding[]> {
  const byTitle = Map.groupBy(demandsOf(definitions, account), ({ title }) => title);
  const findings = [...byTitle].map(async ([title, demands]) => {
    const kinds = definitions.some(({ kind }) => kind === title) ? [title] : [];
    const about = { check: 'right', subject: `ServiceAccount ${account.namespace}/${account.name}`, kinds };
    try {
      const faults = await Promise.all(demands.map((demand) => faultOf(transport, demand, account)));
      const messages = faults.flatMap((fault) => fault ?? []);
      return messages.length === 0 ? [fine(about)] : messages.map((message) => wrong(about, message));
    } catch (error) {
      return [unknown(about, `could not be asked about: ${messageOf(error)}`)];
    }
  });
  return (await Promise.all(findings)).flat();
}

/** Everything that `manifests/rbac` grants, and where. */
function demandsOf(definitions: readonly AnyDefinition[], { namespace: own, namespaces }: Account): Demand[] {
  const lease = demands([{ title: 'All kinds', rules: leaseRules(ACCOUNT.name) }], own);
  if (namespaces.length === 0) {
    return [...demands(sectionsOf(definitions), undefined), ...lease];
  }
  const { watched, named, cluster } = dividedRights(definitions);
  return [
    ...namespaces.flatMap((namespace) => demands(watched, namespace)),
    ...[...named].flatMap(([namespace, sections]) => demands(sections, namespace)),
    ...demands(cluster, undefined),
    ...lease,
  ];
}

function demands(sections: readonly RoleSection[], namespace: string | undefined): Demand[] {
  return sections.flatMap(({ title, rules }) => rules.map((explained) => ({ title, explained, namespace })));
}

/** What may not be done of a rule, and why it is asked for; nothing when all of it may be done. */
async function faultOf(
  transport: Transport,
  { explained, namespace }: Demand,
  account: Account,
): Promise<string | undefined> {
  const { apiGroups, resources, resourceNames = [undefined], verbs } = explained.rule;
  const asked = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      resourceNames.flatMap((name) => verbs.map((verb) => ({ group, resource, name, verb }))),
    ),
  );
  const answers = await Promise.all(
    asked.map(({ resource: full, ...rest }) => {
      const [resource, subresource] = full.split('/');
      return isGranted(transport, { ...rest, resource, subresource, namespace }, account);
    }),
  );
  const lacking = asked.filter((_, index) => !answers[index]);
  if (lacking.length === 0) {
    return undefined;
  }
  const objects = Map.groupBy(lacking, ({ group, resource, name }) => wordsOf({ group, resource, name }));
  const deeds = [...objects].map(([words, each]) => `${each.map(({ verb }) => verb).join(', ')} ${words}`);
  const place = namespace === undefined ? '' : ` in ${namespace}`;
  return `may not ${deeds.join(', nor ')}${place}: ${explained.because}. Apply what hearth rbac prints`;
}

async function isGranted(transport: Transport, resourceAttributes: object, account: Account): Promise<boolean> {
  const user = `system:serviceaccount:${account.namespace}:${account.name}`;
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`, 'system:authenticated'];
  const { status } = await transport.request<Review>({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups, resourceAttributes },
    },
  });
  return status?.allowed === true;
}

type Words = { readonly group: string; readonly resource: string; readonly name: string | undefined };

function wordsOf({ group, resource, name }: Words): string {
  return `${group === '' ? '' : `${group}/`}${resource}${name === undefined ? '' : ` ${name}`}`;
}
