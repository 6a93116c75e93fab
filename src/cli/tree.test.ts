import { expect, test } from 'vitest';
import { COMPONENT_LABEL, KEPT_FOR_ANNOTATION, type KubeObject } from '../framework/framework.ts';
import { treeOf, treeTable } from './tree.ts';

function object(
  kind: string,
  name: string,
  parts: Partial<KubeObject['metadata']> & Record<string, unknown> = {},
): KubeObject {
  const { spec, status, ...metadata } = parts;
  const apiVersion = kind === 'Pod' || kind === 'Secret' ? 'v1' : 'apps/v1';
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'home', uid: name, resourceVersion: '1', ...metadata },
    spec,
    status,
  };
}

const ownedBy = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: 'x/v1', kind, name, uid: name }] });
const root = object('Shop', 'shop');

test('objects stand under what they belong to, by component, with what is wrong', () => {
  const objects = [
    object('Pod', 'web-1-a', { ...ownedBy('ReplicaSet', 'web-1'), status: { phase: 'Pending' } }),
    object('ReplicaSet', 'web-1', {
      ...ownedBy('Deployment', 'web'),
      spec: { replicas: 1 },
      status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 },
    }),
    object('ReplicaSet', 'web-0', { ...ownedBy('Deployment', 'web'), spec: { replicas: 0 } }),
    object('Deployment', 'web', {
      ...ownedBy('Shop', 'shop'),
      labels: { [COMPONENT_LABEL]: 'web' },
      deletionTimestamp: 'now',
    }),
    object('Secret', 'login', { annotations: { [KEPT_FOR_ANNOTATION]: 'Shop/home/shop' } }),
    object('Secret', 'other', { annotations: { [KEPT_FOR_ANNOTATION]: 'Shop/home/other' } }),
  ];
  const tree = treeOf(root, objects);
  expect(tree.children.map(({ name, component, state }) => [name, component, state])).toEqual([
    ['login', undefined, 'ready'],
    ['web', 'web', 'progressing'],
  ]);
  expect(
    treeTable(tree)
      .split('\n')
      .map((line) => line.slice(0, 37).trimEnd()),
  ).toEqual([
    'NAME                     COMPONENT',
    'Shop/shop',
    '├─ Secret/login',
    '└─ Deployment/web        web',
    '   └─ ReplicaSet/web-1',
    '      └─ Pod/web-1-a',
  ]);
  expect(treeTable(tree)).toContain('Deployment home/web: it is being deleted');
});

test('objects that own one another in a circle end', () => {
  const objects = [object('A', 'a', ownedBy('B', 'b')), object('B', 'b', ownedBy('A', 'a'))];
  const [a] = objects;
  expect(a && treeOf(a, objects)).toMatchObject({ children: [{ name: 'b', children: [] }] });
});
