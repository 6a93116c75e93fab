import type { DeclaredRights, Deed, OwningPart, RightsDeclaration } from './declaration.ts';
import type { ExplainedRule } from './rule.ts';

/** What rights are made from: a part of every definition. */
export type RightsInput = DeclaredRights & {
  readonly group: string;
  readonly kind: string;
  readonly names: { readonly plural: string };
};

const VERBS: Readonly<Record<Deed, readonly string[]>> = {
  read: ['get'],
  watch: ['list', 'watch'],
  apply: ['create', 'patch'],
  delete: ['delete'],
};

/** What the framework itself does for every kind, in the namespaces of its objects. */
export const EVENT_RULES: readonly ExplainedRule[] = [
  {
    rule: { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    because: 'Tells what happened',
    unproved: { verbs: ['patch'], because: 'asked for only when the same event comes twice' },
  },
];

/** What replicas need of the Lease that they compete for, in its namespace. */
export function leaseRules(name: string): ExplainedRule[] {
  const lease = { apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
  return [
    { rule: { ...lease, verbs: ['create'] }, because: 'A creation cannot be limited to a name' },
    { rule: { ...lease, resourceNames: [name], verbs: ['get', 'update'] }, because: 'Says which replica works' },
  ];
}

/** What the certificates of the webhook need, in the namespace of the Secret that holds them. */
export function certificateRules(name: string, keeper: 'own' | 'provided'): ExplainedRule[] {
  const secrets = { apiGroups: [''], resources: ['secrets'] };
  const watched = ['get', 'list', 'watch'];
  return keeper === 'provided'
    ? [{ rule: { ...secrets, resourceNames: [name], verbs: watched }, because: 'The certificate that is served' }]
    : [
        { rule: { ...secrets, verbs: ['create'] }, because: 'A creation cannot be limited to a name' },
        {
          rule: { ...secrets, resourceNames: [name], verbs: [...watched, 'patch'] },
          because: 'The certificates, shared by all replicas',
        },
      ];
}

/** Everything that one kind needs, its own objects first. */
export function rulesFor(definition: RightsInput): ExplainedRule[] {
  return [
    ...ownRules(definition),
    ...partRules(definition.components ?? []),
    ...declaredRules(definition.rights ?? []),
  ];
}

function ownRules({ group, names: { plural }, finalizes }: RightsInput): ExplainedRule[] {
  const rule = (resource: string, verbs: readonly string[]) => ({ apiGroups: [group], resources: [resource], verbs });
  const finalizer = finalizes === undefined ? '' : `; patched for the finalizer, by which it cleans up ${finalizes}`;
  return [
    {
      rule: rule(plural, finalizes === undefined ? ['list', 'watch'] : ['list', 'watch', 'patch']),
      because: `Its own objects are watched${finalizer}`,
    },
    { rule: rule(`${plural}/status`, ['patch']), because: 'What became of them is told there' },
    {
      rule: rule(`${plural}/finalizers`, ['update']),
      because:
        'Owner references with blockOwnerDeletion need this where OwnerReferencesPermissionEnforcement is on (OpenShift)',
      unproved: { verbs: ['update'], because: 'asked for by an admission plugin that is off by default' },
    },
  ];
}

/** What components make, one rule for each API group and each list of parts. */
function partRules(parts: readonly OwningPart[]): ExplainedRule[] {
  const owned = parts.flatMap(({ name, kinds }) => kinds.map((each) => ({ name, ...splitKind(each) })));
  const resources = Map.groupBy(owned, ({ group, resource }) => `${group}/${resource}`);
  const described = [...resources.values()].map((uses) => {
    const { group = '', resource = '' } = uses[0] ?? {};
    return { group, resource, of: [...new Set(uses.map(({ name }) => name))].join(', ') };
  });
  const rules = Map.groupBy(described, ({ group, resource, of }) => [group, of, resource === 'secrets'].join());
  return [...rules.values()].map((alike) => {
    const { group = '', of = '' } = alike[0] ?? {};
    const names = alike.map(({ resource }) => resource);
    const deeds: Deed[] = names.includes('secrets')
      ? ['read', 'watch', 'apply', 'delete']
      : ['watch', 'apply', 'delete'];
    return {
      rule: { apiGroups: [group], resources: names.sort(), verbs: verbsOf(deeds) },
      because: `Parts of it: ${of}`,
      unproved: { verbs: ['delete'], because: 'asked for when a part is switched off or made anew' },
    };
  });
}

function declaredRules(declarations: readonly RightsDeclaration[]): ExplainedRule[] {
  return declarations.map(({ group = '', resource, names, deeds, because, place, unproved }) => ({
    rule: {
      apiGroups: [group],
      resources: [resource],
      ...(names ? { resourceNames: names } : {}),
      verbs: verbsOf(deeds),
    },
    because,
    ...(place ? { place } : {}),
    ...(unproved ? { unproved: { verbs: verbsOf(unproved.deeds), because: unproved.because } } : {}),
  }));
}

/** In the order of a role that is written by hand, whatever the order of the declaration. */
function verbsOf(deeds: readonly Deed[]): string[] {
  return Object.entries(VERBS).flatMap(([deed, verbs]) => (deeds.includes(deed as Deed) ? verbs : []));
}

function splitKind({ apiVersion, kind }: OwningPart['kinds'][number]): { group: string; resource: string } {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return { group, resource: pluralOf(kind) };
}

/** The plural of a kind in lower case, as Kubernetes' own kinds and the usual third parties have it. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(?:s|x|ch|sh)$/.test(singular)) {
    return `${singular}es`;
  }
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
