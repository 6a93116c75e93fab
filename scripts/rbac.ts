import {
  type AnyDefinition,
  certificateRules,
  dividedRights,
  leaseRules,
  type RoleSection,
  sectionsOf,
  trustRules,
  userRolesOf,
} from '../src/framework/framework.ts';
import { kustomizationOf, RIGHTS_HEADER } from './generated-file.ts';
import { type OperatorRole, operatorRole, userRole } from './role-text.ts';

const NAME = 'hearth';
const NAMESPACE = 'hearth-system';

/** The generated files below `manifests`, by folder and name, with the rights of some kinds. */
export function rbacFiles(
  definitions: readonly AnyDefinition[],
  webhook: string,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const named = namedRights(definitions);
  const roleFiles = (...roles: readonly OperatorRole[]) => new Map([['role.yaml', text(roles.map(operatorRole))]]);
  return new Map([
    ['rbac/shared', sharedFiles(definitions)],
    ['rbac/cluster', listed(roleFiles(everywhere(definitions)))],
    ['rbac/namespace', listed(roleFiles(inOneNamespace(definitions)))],
    ['rbac/elsewhere', listed(named.length > 0 ? roleFiles(...named) : new Map())],
    [
      'components/own-certificates',
      new Map([['rbac.yaml', text(ownCertificates(definitions, webhook).map(operatorRole))]]),
    ],
    ['components/cert-manager', new Map([['rbac.yaml', text([operatorRole(providedCertificates(webhook))])]])],
  ]);
}

function sharedFiles(definitions: readonly AnyDefinition[]): ReadonlyMap<string, string> {
  const lease = operatorRole({
    kind: 'Role',
    name: NAME,
    namespace: NAMESPACE,
    comment: 'The Lease by which replicas agree on who works',
    sections: untitled(leaseRules(NAME)),
  });
  return new Map([
    ['lease.yaml', text([lease])],
    ['users.yaml', text(userRolesOf(NAME, definitions).map(userRole))],
  ]);
}

function everywhere(definitions: readonly AnyDefinition[]): OperatorRole {
  const comment = 'What the operator may do in all namespaces: only what is used, as the tests prove kind by kind';
  return { kind: 'ClusterRole', name: NAME, comment, sections: sectionsOf(definitions) };
}

function inOneNamespace(definitions: readonly AnyDefinition[]): OperatorRole {
  const comment = 'What the operator may do in one namespace that it looks after: kustomize says in which';
  return { kind: 'Role', name: NAME, comment, sections: dividedRights(definitions).watched };
}

/** What an operator of some namespaces needs outside of them. */
function namedRights(definitions: readonly AnyDefinition[]): OperatorRole[] {
  const { named, cluster } = dividedRights(definitions);
  const comment = 'What an operator of some namespaces needs outside of them';
  const roles = [...named].map(([namespace, sections]): OperatorRole => {
    return { kind: 'Role', name: NAME, namespace, comment, sections };
  });
  return cluster.length > 0 ? [...roles, { kind: 'ClusterRole', name: NAME, comment, sections: cluster }] : roles;
}

function ownCertificates(definitions: readonly AnyDefinition[], webhook: string): OperatorRole[] {
  const comment = 'What the webhook needs for certificates that Hearth makes itself';
  return [
    { kind: 'ClusterRole', name: webhook, comment, sections: untitled(trustRules(webhook, definitions)) },
    {
      kind: 'Role',
      name: webhook,
      namespace: NAMESPACE,
      comment,
      sections: untitled(certificateRules(webhook, 'own')),
    },
  ];
}

function providedCertificates(webhook: string): OperatorRole {
  const comment = 'What the webhook needs for a certificate that somebody else keeps';
  const sections = untitled(certificateRules(webhook, 'provided'));
  return { kind: 'Role', name: webhook, namespace: NAMESPACE, comment, sections };
}

function untitled(rules: RoleSection['rules']): RoleSection[] {
  return [{ title: '', rules }];
}

function listed(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files, ['kustomization.yaml', kustomizationOf([...files.keys()])]]);
}

function text(documents: readonly string[]): string {
  return RIGHTS_HEADER + documents.join('---\n');
}
