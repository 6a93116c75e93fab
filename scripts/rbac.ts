import { stringify } from 'yaml';
import {
  elsewhere,
  everywhere,
  inOneNamespace,
  joined,
  leaseRole,
  untitled,
  userTexts,
} from '../src/cli/rbac/operator-roles.ts';
import { ACCOUNT, type OperatorRole, operatorRole } from '../src/cli/rbac/role-text.ts';
import { type AnyDefinition, certificateRules, trustRules } from '../src/framework/framework.ts';
import { kustomizationOf, RIGHTS_HEADER } from './generated-file.ts';

/** Of no kind that needs anything there. Kustomize takes no kustomization that says nothing, so it says what all say. */
const NOTHING = `${RIGHTS_HEADER}${stringify({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  labels: [{ pairs: { 'app.kubernetes.io/part-of': 'hearth' } }],
})}`;

/** The generated files below `manifests`, by folder and name, with the rights of some kinds. */
export function rbacFiles(
  definitions: readonly AnyDefinition[],
  webhook: string,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const outside = elsewhere(definitions);
  const roleFiles = (...roles: readonly OperatorRole[]) => new Map([['role.yaml', text(roles.map(operatorRole))]]);
  return new Map([
    ['rbac/shared', sharedFiles(definitions)],
    ['rbac/cluster', listed(roleFiles(everywhere(definitions)))],
    ['rbac/namespace', listed(roleFiles(inOneNamespace(definitions)))],
    ['rbac/elsewhere', listed(outside.length > 0 ? roleFiles(...outside) : new Map())],
    [
      'components/own-certificates',
      new Map([['rbac.yaml', text(ownCertificates(definitions, webhook).map(operatorRole))]]),
    ],
    ['components/cert-manager', new Map([['rbac.yaml', text([operatorRole(providedCertificates(webhook))])]])],
  ]);
}

function sharedFiles(definitions: readonly AnyDefinition[]): ReadonlyMap<string, string> {
  return new Map([
    ['lease.yaml', text([operatorRole(leaseRole())])],
    ['users.yaml', text(userTexts(definitions))],
  ]);
}

function ownCertificates(definitions: readonly AnyDefinition[], webhook: string): OperatorRole[] {
  const comment = 'What the webhook needs for certificates that Hearth makes itself';
  return [
    { kind: 'ClusterRole', name: webhook, comment, sections: untitled(trustRules(webhook, definitions)) },
    {
      kind: 'Role',
      name: webhook,
      namespace: ACCOUNT.namespace,
      comment,
      sections: untitled(certificateRules(webhook, 'own')),
    },
  ];
}

function providedCertificates(webhook: string): OperatorRole {
  const comment = 'What the webhook needs for a certificate that somebody else keeps';
  const sections = untitled(certificateRules(webhook, 'provided'));
  return { kind: 'Role', name: webhook, namespace: ACCOUNT.namespace, comment, sections };
}

/** A folder that has nothing else. */
function listed(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files, ['kustomization.yaml', files.size > 0 ? kustomizationOf([...files.keys()]) : NOTHING]]);
}

function text(documents: readonly string[]): string {
  return RIGHTS_HEADER + joined(documents);
}
