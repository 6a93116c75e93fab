import type { ExplainedRule, Rule } from './rule.ts';
import { EVENT_RULES, type RightsInput, rulesFor } from './rules.ts';

/** Rules of a role that belong together, and what they are for. */
export type RoleSection = { readonly title: string; readonly rules: readonly ExplainedRule[] };

/** The operator's rights by where they hold when it looks after some namespaces only. */
export type OperatorRights = {
  /** In each namespace that is looked after. */
  readonly watched: readonly RoleSection[];
  /** In single other namespaces. */
  readonly named: ReadonlyMap<string, readonly RoleSection[]>;
  /** Of the whole cluster. */
  readonly cluster: readonly RoleSection[];
};

/** Everything that an operator of these kinds needs, a section for each kind. What holds everywhere is all of it. */
export function sectionsOf(definitions: readonly RightsInput[]): RoleSection[] {
  return [
    ...definitions.map((definition) => ({ title: definition.kind, rules: rulesFor(definition) })),
    { title: 'All kinds', rules: EVENT_RULES },
  ];
}

/** A ClusterRole as it is applied. */
export type ClusterRole = {
  readonly apiVersion: 'rbac.authorization.k8s.io/v1';
  readonly kind: 'ClusterRole';
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
};

/** Everything that an operator of these kinds needs in the whole cluster, but for Leases and the webhook's certificates. */
export function clusterRoleOf(name: string, definitions: readonly RightsInput[]): ClusterRole {
  const rules = sectionsOf(definitions).flatMap((section) => section.rules.map(({ rule }) => rule));
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

/** The same rights, divided by where they are needed. */
export function dividedRights(definitions: readonly RightsInput[]): OperatorRights {
  const sections = sectionsOf(definitions);
  const only = (isWanted: (rule: ExplainedRule) => boolean) =>
    sections
      .map(({ title, rules }) => ({ title, rules: rules.filter(isWanted) }))
      .filter(({ rules }) => rules.length > 0);
  const namespaces = sections.flatMap(({ rules }) => rules.flatMap((rule) => namespaceOf(rule) ?? []));
  return {
    watched: only(({ place }) => place === undefined),
    named: new Map([...new Set(namespaces)].map((name) => [name, only((rule) => namespaceOf(rule) === name)])),
    cluster: only(({ place }) => place === 'cluster'),
  };
}

function namespaceOf({ place }: ExplainedRule): string | undefined {
  return typeof place === 'object' ? place.namespace : undefined;
}

/** A ClusterRole for the people who use the kinds. */
export type UserRole = {
  readonly name: string;
  readonly because: string;
  /** The roles of Kubernetes that include it. */
  readonly aggregatesTo: readonly ('view' | 'edit' | 'admin')[];
  readonly rules: readonly { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
};

const READ = ['get', 'list', 'watch'];
const EDIT = ['create', 'update', 'patch', 'delete'];
const ADMINISTER = [...EDIT, 'deletecollection'];

/** Roles for users: to see objects, to make them, and to do so with kinds that use what lies in other namespaces. */
export function userRolesOf(name: string, definitions: readonly RightsInput[]): UserRole[] {
  const crossing = definitions.filter(({ crossesNamespaces }) => crossesNamespaces);
  const staying = definitions.filter(({ crossesNamespaces }) => !crossesNamespaces);
  const roles: UserRole[] = [
    {
      name: `${name}-view`,
      because: 'Sees objects of all kinds',
      aggregatesTo: ['view', 'edit', 'admin'],
      rules: rulesOn(definitions, READ),
    },
    {
      name: `${name}-edit`,
      because: 'Makes and changes objects whose effects stay in their namespace',
      aggregatesTo: ['edit', 'admin'],
      rules: rulesOn(staying, EDIT),
    },
    {
      name: `${name}-admin`,
      because: 'Also deletes them all at once, as admin does with everything in a namespace',
      aggregatesTo: ['admin'],
      rules: rulesOn(staying, ADMINISTER),
    },
    {
      name: `${name}-cross-namespace`,
      because:
        'Makes and changes objects that use Secrets of other namespaces: to be bound to whom you trust with those',
      aggregatesTo: [],
      rules: rulesOn(crossing, ADMINISTER),
    },
  ];
  return roles.filter(({ rules }) => rules.length > 0);
}

function rulesOn(definitions: readonly RightsInput[], verbs: readonly string[]): UserRole['rules'] {
  const groups = Map.groupBy(definitions, ({ group }) => group);
  return [...groups].map(([group, kinds]) => ({
    apiGroups: [group],
    resources: kinds.map(({ names }) => names.plural).sort(),
    verbs: [...verbs],
  }));
}
