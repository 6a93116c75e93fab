import { describe, expect, test } from 'vitest';
import type { Rule } from '../rights/rule.ts';
import { compareRights, type Grant, refusalsIn, rightsIn } from './rights.ts';

const rules: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch', 'create'] },
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
];

const applied: Grant = { verb: 'patch', group: 'apps', resource: 'deployments', name: 'web', code: 201 };
const asked: Grant = { verb: 'get', group: '', resource: 'namespaces', name: 'kube-system', code: 200 };

describe('refusalsIn', () => {
  const refused: Grant = { verb: 'list', group: 'batch', resource: 'cronjobs', name: '', code: 403 };

  test('tells once what was refused, however often, and what to declare', () => {
    expect(refusalsIn([refused, refused, { ...refused, verb: 'watch' }, { ...refused, verb: 'patch' }])).toEqual([
      "list, watch, patch batch/cronjobs was refused: add { group: 'batch', resource: 'cronjobs', deeds: ['watch', 'apply'], because: '…' } to rights in the definition",
    ]);
  });

  test('names no group for the core group, and nothing that was allowed', () => {
    expect(refusalsIn([asked, { ...refused, group: '', resource: 'pods', verb: 'get' }])).toEqual([
      "get pods was refused: add { resource: 'pods', deeds: ['read'], because: '…' } to rights in the definition",
    ]);
  });
});

describe('compareRights', () => {
  test('finds nothing when everything declared is used; an apply that makes an object uses two rights', () => {
    expect(compareRights(rules, [applied, asked])).toEqual([]);
  });

  test('finds a right that is never used, such as to create what is only ever changed', () => {
    const changed = { ...applied, code: 200 };
    expect(compareRights(rules, [changed, asked])).toEqual(['create apps/deployments is declared and never used']);
  });

  test('finds a request without a right, also for another object than the one that is named', () => {
    const requests = [
      applied,
      asked,
      { ...asked, name: 'default' },
      { ...applied, resource: 'deployments/scale', code: 403 },
    ];
    expect(compareRights(rules, requests)).toEqual([
      'get namespaces is asked for and not declared',
      'patch apps/deployments/scale is asked for and not declared',
    ]);
  });

  test('takes what is watched to be listed too, though a server may be asked for both at once', () => {
    const watched: readonly Rule[] = [{ apiGroups: [''], resources: ['secrets'], verbs: ['list', 'watch'] }];
    const watch: Grant = { verb: 'watch', group: '', resource: 'secrets', name: '', code: 200 };
    expect(compareRights(watched, [watch])).toEqual([]);
    expect(compareRights(watched, [])).toHaveLength(2);
  });

  test('lets an unused right pass that has an excuse, and finds an excuse for nothing', () => {
    const because = 'it is for a plugin';
    expect(compareRights(rules, [applied], [{ right: 'get namespaces kube-system', because }])).toEqual([]);
    expect(compareRights(rules, [applied, asked], [{ right: 'get pods', because }])).toEqual([
      'get pods has an excuse and is not declared',
    ]);
  });

  test('names rights as they stand in its sentences', () => {
    expect(rightsIn(rules)).toEqual([
      'patch apps/deployments',
      'create apps/deployments',
      'get namespaces kube-system',
    ]);
  });
});
