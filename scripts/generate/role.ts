import { stringify } from 'yaml';
import { type AnyDefinition, type Rule, rulesOf } from '../../src/framework/framework.ts';

/** Verbs in the order in which people expect them. */
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

const BY = 'rbac.authorization.k8s.io';
const SUBJECTS = [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }];

/** The Lease by which replicas agree on who works. */
const LEASE_RULES: readonly Rule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: ['hearth'], verbs: ['get', 'update'] },
];

/** The operator's rights, with the kinds that need each: the tests run the operator with exactly this. */
export function roleYaml(definitions: readonly AnyDefinition[]): string {
  const grants = definitions.flatMap((each) => rulesOf(each).map((rule) => ({ rule, kind: each.kind })));
  const places = Map.groupBy(grants, ({ rule }) => placeOf(rule));
  const rules = [...places.values()].map(mergedRule);
  return [
    `${stringify(role('ClusterRole'))}rules:\n${rules.join('')}`,
    stringify(binding('ClusterRole')),
    `# The Lease by which replicas agree on who works.\n${stringify(role('Role'))}rules:\n${LEASE_RULES.map(ruleYaml).join('')}`,
    stringify(binding('Role')),
  ].join('---\n');
}

function placeOf({ apiGroups, resources, resourceNames = [] }: Rule): string {
  return JSON.stringify([apiGroups, resources, resourceNames]);
}

function mergedRule(grants: readonly { readonly rule: Rule; readonly kind: string }[]): string {
  const kinds = [...new Set(grants.map(({ kind }) => kind))];
  const verbs = VERBS.filter((verb) => grants.some(({ rule }) => rule.verbs.includes(verb)));
  const texts = grants.slice(0, 1).map(({ rule }) => ruleYaml({ ...rule, verbs }));
  return `  # ${kinds.join(', ')}\n${texts.join('')}`;
}

function ruleYaml({ apiGroups, resources, resourceNames, verbs }: Rule): string {
  const lines = Object.entries({ apiGroups, resources, resourceNames, verbs }).flatMap(([field, words]) =>
    words ? [`${field}: ${inOneLine(words)}\n`] : [],
  );
  return `  - ${lines.join('    ')}`;
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
