import { stringify } from 'yaml';
import type { ExplainedRule, RoleSection, UserRole } from '../../framework/framework.ts';

/** A role that is bound to the operator; without a namespace it is one of the cluster, or gets one by kustomize. */
export type OperatorRole = {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
  readonly namespace?: string;
  /** Stands above it. */
  readonly comment: string;
  readonly sections: readonly RoleSection[];
};

/** The operator's ServiceAccount, as in `manifests`. */
export const ACCOUNT = { name: 'hearth', namespace: 'hearth-system' } as const;
const COMMENT_WIDTH = 110;

/** A role with its reasons as comments, and the binding to the operator's ServiceAccount. */
export function operatorRole(role: OperatorRole): string {
  const { kind, comment, sections } = role;
  return [
    ...commented(comment, ''),
    ...head(kind, role),
    'rules:',
    ...sections.flatMap(({ title, rules }) => rules.flatMap((each) => ruleLines(title, each))),
    '---',
    ...head(`${kind}Binding`, role),
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    `  kind: ${kind}`,
    `  name: ${role.name}`,
    'subjects:',
    '  - kind: ServiceAccount',
    `    name: ${ACCOUNT.name}`,
    `    namespace: ${ACCOUNT.namespace}`,
    '',
  ].join('\n');
}

/** A role for people. */
export function userRole({ name, because, aggregatesTo, rules }: UserRole): string {
  const labels = aggregatesTo.map((role) => `    rbac.authorization.k8s.io/aggregate-to-${role}: "true"`);
  return [
    ...commented(because, ''),
    ...head('ClusterRole', { name }),
    ...(labels.length > 0 ? ['  labels:', ...labels] : []),
    'rules:',
    ...rules.flatMap((rule) => ruleBody(rule)),
    '',
  ].join('\n');
}

function head(kind: string, { name, namespace }: { readonly name: string; readonly namespace?: string }): string[] {
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
    ...(namespace === undefined ? [] : [`  namespace: ${stringify(namespace).trim()}`]),
  ];
}

function ruleLines(title: string, { rule, because }: ExplainedRule): string[] {
  return [...commented(title === '' ? because : `${title}: ${because}`, '  '), ...ruleBody(rule)];
}

function ruleBody({ apiGroups, resources, resourceNames, verbs }: ExplainedRule['rule']): string[] {
  return [
    `  - apiGroups: ${flow(apiGroups)}`,
    `    resources: ${flow(resources)}`,
    ...(resourceNames ? [`    resourceNames: ${flow(resourceNames)}`] : []),
    `    verbs: ${flow(verbs)}`,
  ];
}

function flow(words: readonly string[]): string {
  return `[${words.map((word) => word || '""').join(', ')}]`;
}

/** A sentence as a comment, in lines that fit. */
function commented(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of `${text}.`.split(' ')) {
    if (line !== '' && `${line} ${word}`.length > COMMENT_WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}`);
}
