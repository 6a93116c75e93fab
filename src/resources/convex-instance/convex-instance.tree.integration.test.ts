import { expect } from 'vitest';
import { testNeeding } from '../../../testenv/src/skip.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { hearth as run } from '../../../tests/harness/command-line.ts';
import { useSuite } from '../../../tests/harness/suite.ts';
import { convexInstance } from './testing/convex.ts';

const suite = useSuite({ name: 'convex-tree' });

function hearth(...args: readonly string[]) {
  const { testenv, namespace } = suite();
  return run(...args, '--kubeconfig', testenv.kubeconfig, '-n', namespace);
}

const withPods = testNeeding('controllers', 'pods');

withPods('tree shows what an object consists of, down to its pods', async () => {
  await suite().apply(convexInstance('app'));
  await eventually('there is a pod', async () => await suite().find('pod', 'app-backend-0'));
  const { stdout } = await hearth('tree', 'convex/app');
  const names = stdout.split('\n').map((line) => line.split(/ {3}/)[0]);
  expect(names).toEqual(expect.arrayContaining(['ConvexInstance/app']));
  const tree = stdout.split('\n');
  const set = tree.findIndex((line) => /─ StatefulSet\/app-backend +backend /.test(line));
  expect(tree[set + 1]).toMatch(/─ Pod\/app-backend-0 /);
  expect(JSON.parse((await hearth('tree', 'convex/app', '-o', 'json')).stdout)).toMatchObject({
    kind: 'ConvexInstance',
    children: expect.arrayContaining([expect.objectContaining({ kind: 'StatefulSet', component: 'backend' })]),
  });
});
