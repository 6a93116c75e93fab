import { describe, expect, test } from 'vitest';
import type { OwningPart } from './declaration.ts';
import { clusterRoleOf, dividedRights, type RoleSection, sectionsOf, userRolesOf } from './roles.ts';
import { type RightsInput, rulesFor } from './rules.ts';

const kind: RightsInput = { group: 'example.com', kind: 'Thing', names: { plural: 'things' } };

const ownRules = (verbs: readonly string[]) => [
  { apiGroups: ['example.com'], resources: ['things'], verbs },
  { apiGroups: ['example.com'], resources: ['things/status'], verbs: ['patch'] },
  { apiGroups: ['example.com'], resources: ['things/finalizers'], verbs: ['update'] },
];

const shown = (input: RightsInput) => rulesFor(input).map(({ rule }) => rule);

const part = (name: string, ...kinds: readonly string[]): OwningPart => ({
  name,
  kinds: kinds.map((each) => {
    const [apiVersion = '', word = ''] = each.split(' ');
    return { apiVersion, kind: word };
  }),
});

describe('the rights of a kind', () => {
  test('are those on its own objects when it declares nothing', () => {
    expect(shown(kind)).toEqual(ownRules(['list', 'watch']));
  });

  test('have the patch of a finalizer only when there is one', () => {
    expect(shown({ ...kind, finalizes: 'a file' })).toEqual(ownRules(['list', 'watch', 'patch']));
  });

  test('have what its parts make, the kinds of one group and the same parts together', () => {
    const components = [
      part('web', 'apps/v1 Deployment', 'v1 Service'),
      part('data', 'apps/v1 StatefulSet', 'v1 Service', 'v1 Secret'),
      part('way in', 'networking.k8s.io/v1 Ingress', 'networking.k8s.io/v1 NetworkPolicy', 'x.io/v1 Gateway'),
    ];
    const verbs = ['list', 'watch', 'create', 'patch', 'delete'];
    expect(shown({ ...kind, components }).slice(3)).toEqual([
      { apiGroups: ['apps'], resources: ['deployments'], verbs },
      { apiGroups: [''], resources: ['services'], verbs },
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs },
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', ...verbs] },
      { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'networkpolicies'], verbs },
      { apiGroups: ['x.io'], resources: ['gateways'], verbs },
    ]);
    expect(rulesFor({ ...kind, components })[4]?.because).toBe('Parts of it: web, data');
  });

  test('have the verbs of what it declares to do', () => {
    const rights = [{ resource: 'pods', names: ['a'], deeds: ['delete', 'read'] as const, because: 'it looks' }];
    expect(shown({ ...kind, rights }).slice(3)).toEqual([
      { apiGroups: [''], resources: ['pods'], resourceNames: ['a'], verbs: ['get', 'delete'] },
    ]);
  });
});

describe('the rights of an operator', () => {
  test('are a ClusterRole of all that its kinds need', () => {
    const { rules, ...role } = clusterRoleOf('greeter', [kind, { ...kind, names: { plural: 'others' } }]);
    expect(role).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'greeter' },
    });
    expect(rules.map(({ resources, verbs }) => `${resources} ${verbs}`)).toEqual([
      ...['things list,watch', 'things/status patch', 'things/finalizers update'],
      ...['others list,watch', 'others/status patch', 'others/finalizers update'],
      'events create,patch',
    ]);
  });

  const rights = [
    { resource: 'secrets', deeds: ['read'] as const, because: 'a' },
    { resource: 'namespaces', deeds: ['read'] as const, because: 'b', place: { namespace: 'kube-system' } },
    { resource: 'nodes', deeds: ['watch'] as const, because: 'c', place: 'cluster' as const },
  ];
  const resources = (sections: readonly RoleSection[]) =>
    sections.flatMap((section) => section.rules.flatMap(({ rule }) => rule.resources));

  test('are divided by where they hold, and none is lost', () => {
    const { watched, named, cluster } = dividedRights([{ ...kind, rights }]);
    expect(resources(watched)).toEqual(['things', 'things/status', 'things/finalizers', 'secrets', 'events']);
    expect([...named].map(([namespace, sections]) => [namespace, resources(sections)])).toEqual([
      ['kube-system', ['namespaces']],
    ]);
    expect(resources(cluster)).toEqual(['nodes']);
    const all = [
      ...resources(watched),
      ...[...named.values()].flatMap((sections) => resources(sections)),
      ...resources(cluster),
    ];
    expect(all.sort()).toEqual(resources(sectionsOf([{ ...kind, rights }])).sort());
  });
});

describe('the roles of users', () => {
  const crossing = { ...kind, kind: 'Reach', names: { plural: 'reaches' }, crossesNamespaces: true };

  test('let whoever edits a namespace write only what stays in it', () => {
    const writable = userRolesOf('x', [kind, crossing])
      .filter(({ aggregatesTo }) => aggregatesTo.length > 0)
      .flatMap(({ rules }) => rules)
      .filter(({ verbs }) => verbs.includes('create'))
      .flatMap((rule) => rule.resources);
    expect(new Set(writable)).toEqual(new Set(['things']));
  });

  test('leave a role out that would have no rules', () => {
    expect(userRolesOf('x', [kind]).map(({ name }) => name)).toEqual(['x-view', 'x-edit', 'x-admin']);
  });
});
