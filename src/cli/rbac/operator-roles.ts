import {
  type AnyDefinition,
  dividedRights,
  leaseRules,
  type RoleSection,
  sectionsOf,
  userRolesOf,
} from '../../framework/framework.ts';
import { ACCOUNT, type OperatorRole, operatorRole, userRole } from './role-text.ts';

const { name: NAME, namespace: NAMESPACE } = ACCOUNT;

/** All that an operator of these kinds and its users may do, as YAML; only in some namespaces when they are named. */
export function rightsText(definitions: readonly AnyDefinition[], namespaces: readonly string[]): string {
  const roles =
    namespaces.length === 0
      ? [everywhere(definitions)]
      : [...namespaces.map((each) => inOneNamespace(definitions, each)), ...elsewhere(definitions)];
  return joined([...merged([...roles, leaseRole()]).map(operatorRole), ...userTexts(definitions)]);
}

/** One role for each place: a namespace that is looked after may also be the operator's own. */
function merged(roles: readonly OperatorRole[]): OperatorRole[] {
  const byPlace = Map.groupBy(roles, ({ kind, namespace }) => `${kind} ${namespace}`);
  return [...byPlace.values()].flatMap(([first, ...more]) => {
    const comment = [first, ...more].flatMap((each) => each?.comment ?? []).join('. ');
    return first ? { ...first, comment, sections: [first, ...more].flatMap((each) => each?.sections ?? []) } : [];
  });
}

/** Several documents as one text. */
export function joined(documents: readonly string[]): string {
  return documents.join('---\n');
}

/** What an operator of the whole cluster may do. */
export function everywhere(definitions: readonly AnyDefinition[]): OperatorRole {
  const comment = 'What the operator may do in all namespaces: only what is used, as the tests prove kind by kind';
  return { kind: 'ClusterRole', name: NAME, comment, sections: sectionsOf(definitions) };
}

/** What an operator of some namespaces may do in each; without a name of it, whoever applies the role says which. */
export function inOneNamespace(definitions: readonly AnyDefinition[], namespace?: string): OperatorRole {
  const place = namespace === undefined ? ': kustomize says in which' : '';
  const comment = `What the operator may do in one namespace that it looks after${place}`;
  const sections = dividedRights(definitions).watched;
  return { kind: 'Role', name: NAME, comment, sections, ...(namespace === undefined ? {} : { namespace }) };
}

/** What an operator of some namespaces needs outside of them. */
export function elsewhere(definitions: readonly AnyDefinition[]): OperatorRole[] {
  const { named, cluster } = dividedRights(definitions);
  const comment = 'What an operator of some namespaces needs outside of them';
  const roles = [...named].map(([namespace, sections]): OperatorRole => {
    return { kind: 'Role', name: NAME, namespace, comment, sections };
  });
  return cluster.length > 0 ? [...roles, { kind: 'ClusterRole', name: NAME, comment, sections: cluster }] : roles;
}

/** What replicas need to agree on who works. */
export function leaseRole(): OperatorRole {
  const comment = 'The Lease by which replicas agree on who works';
  return { kind: 'Role', name: NAME, namespace: NAMESPACE, comment, sections: untitled(leaseRules(NAME)) };
}

/** The roles of the people who use the kinds. */
export function userTexts(definitions: readonly AnyDefinition[]): string[] {
  return userRolesOf(NAME, definitions).map(userRole);
}

/** Rules that need no other words than their own. */
export function untitled(rules: RoleSection['rules']): RoleSection[] {
  return [{ title: '', rules }];
}
