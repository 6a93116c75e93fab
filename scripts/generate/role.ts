import { stringify } from 'yaml';
import { type AnyDefinition, type ExplainedRule, leaseRules, sectionsOf } from '../../src/framework/framework.ts';

const BY = 'rbac.authorization.k8s.io';
const SUBJECTS = [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }];

/** The operator's rights, each with its reason: the tests run the operator with exactly this. */
export function roleYaml(definitions: readonly AnyDefinition[]): string {
  const rules = sectionsOf(definitions).flatMap((each) => each.rules.map((rule) => ruleYaml(rule, `${each.title}: `)));
  const lease = leaseRules('hearth').map((rule) => ruleYaml(rule));
  return [
    `${stringify(role('ClusterRole'))}rules:\n${rules.join('')}`,
    stringify(binding('ClusterRole')),
    `# The Lease by which replicas agree on who works.\n${stringify(role('Role'))}rules:\n${lease.join('')}`,
    stringify(binding('Role')),
  ].join('---\n');
}

function ruleYaml({ rule, because }: ExplainedRule, title = ''): string {
  const { apiGroups, resources, resourceNames, verbs } = rule;
  const lines = Object.entries({ apiGroups, resources, resourceNames, verbs }).flatMap(([field, words]) =>
    words ? [`${field}: ${inOneLine(words)}\n`] : [],
  );
  return `  # ${title}${because}.\n  - ${lines.join('    ')}`;
}

function inOneLine(words: readonly string[]): string {
  return `[${words.map((word) => (word === '' ? '""' : word)).join(', ')}]`;
}

function role(kind: 'ClusterRole' | 'Role') {
  const metadata = kind === 'Role' ? { name: 'hearth', namespace: 'hearth-system' } : { name: 'hearth' };
  return { apiVersion: `${BY}/v1`, kind, metadata };
}

function binding(kind: 'ClusterRole' | 'Role') {
  const { apiVersion, metadata } = role(kind);
  const roleRef = { apiGroup: BY, kind, name: 'hearth' };
  return { apiVersion, kind: `${kind}Binding`, metadata, roleRef, subjects: SUBJECTS };
}
