import { eventually } from '../../../../testenv/src/wait.ts';
import { type Cluster, PATIENT } from '../../../../tests/e2e/cluster.ts';

const CONTROLLER = 'hearth.dev/tests';

type Condition = { readonly type: string; readonly observedGeneration: number | undefined };

/** Says of an instance's Gateway and route what a controller says that serves them: the node has none. */
export async function serveWay(cluster: Cluster, instance: string): Promise<void> {
  const gateway = `${instance}-gateway`;
  await told(cluster, { kind: 'gateway', name: gateway }, (conditions) => ({ conditions }));
  const parentRef = { name: gateway, namespace: cluster.namespace };
  await told(cluster, { kind: 'httproute', name: `${instance}-route` }, (conditions) => {
    return { parents: [{ parentRef, controllerName: CONTROLLER, conditions }] };
  });
}

type Told = { readonly kind: string; readonly name: string };

async function told(
  cluster: Cluster,
  { kind, name }: Told,
  statusOf: (conditions: readonly Condition[]) => object,
): Promise<void> {
  const { metadata } = await eventually(`${kind} ${name} is there`, () => cluster.get(kind, name), PATIENT);
  const said = { status: 'True', reason: 'Test', message: '', lastTransitionTime: new Date().toISOString() };
  const conditions = ['Accepted', 'Programmed', 'ResolvedRefs'].map((type) => {
    return { ...said, type, observedGeneration: metadata.generation };
  });
  const patch = JSON.stringify({ status: statusOf(conditions) });
  await cluster.kubectl('patch', kind, name, '--subresource=status', '--type=merge', '-p', patch);
}
