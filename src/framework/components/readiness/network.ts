import type { KubeObject } from '../../api/object.ts';
import { conditionOf, hasSeen, type ObservedCondition, read } from './observed.ts';
import { firstOf, progressing, type Readiness } from './verdict.ts';

/** Ready when it has its addresses: a load balancer is not there before somebody says where. */
export function judgeService(object: KubeObject): Readiness {
  const { spec, status } = read<
    { readonly type: string; readonly clusterIP: string },
    { loadBalancer: { readonly ingress?: readonly unknown[] } }
  >(object);
  const balanced = spec.type === 'LoadBalancer';
  return firstOf(
    balanced && !spec.clusterIP && progressing('NoClusterAddress', 'it has no address in the cluster yet'),
    balanced &&
      !status.loadBalancer?.ingress?.length &&
      progressing('NoAddress', 'its load balancer has no address yet'),
  );
}

/** Ready when its listeners are served. */
export function judgeGateway(object: KubeObject): Readiness {
  return firstOf(
    missing(object, conditionOf(object, 'Accepted'), 'accepted by a controller'),
    missing(object, conditionOf(object, 'Programmed'), 'served'),
  );
}

type ParentRef = {
  readonly name: string;
  readonly namespace?: string;
  readonly sectionName?: string;
  readonly port?: number;
};

type ParentStatus = { readonly parentRef: ParentRef; readonly conditions?: readonly ObservedCondition[] };

/** Ready when every Gateway that it names has taken it, and finds what it leads to. */
export function judgeRoute(object: KubeObject): Readiness {
  const { spec, status } = read<{ readonly parentRefs: readonly ParentRef[] }, { parents: readonly ParentStatus[] }>(
    object,
  );
  const { parents = [] } = status;
  const verdicts = (spec.parentRefs ?? []).map((parent) => {
    const taken = parents.filter(({ parentRef }) => isSameParent(parentRef, parent, object.metadata.namespace));
    return judgeParent(object, parent, taken);
  });
  return firstOf(...verdicts);
}

function judgeParent(object: KubeObject, { name }: ParentRef, taken: readonly ParentStatus[]): Readiness | undefined {
  const verdicts = taken.map(({ conditions = [] }) => {
    const find = (type: string) => conditions.find((condition) => condition.type === type);
    return (
      missing(object, find('Accepted'), `accepted by ${name}`) ??
      missing(object, find('ResolvedRefs'), `resolved by ${name}`)
    );
  });
  if (verdicts.length === 0) {
    return progressing('NotAccepted', `it is not accepted by ${name} yet`);
  }
  // Several controllers may speak for a parent: one that serves the route is enough.
  return verdicts.includes(undefined) ? undefined : verdicts[0];
}

function isSameParent(a: ParentRef, b: ParentRef, namespace: string | undefined): boolean {
  return (
    a.name === b.name &&
    (a.namespace ?? namespace) === (b.namespace ?? namespace) &&
    a.sectionName === b.sectionName &&
    a.port === b.port
  );
}

/** What is wrong with a condition that has to be true for the spec as it is now. */
function missing(object: KubeObject, condition: ObservedCondition | undefined, what: string): Readiness | undefined {
  if (condition?.status === 'True') {
    const isOld = hasSeen(object, condition.observedGeneration) === false;
    return isOld ? progressing('NotObserved', `the latest change is not ${what} yet`) : undefined;
  }
  const told = condition?.status === 'False' && condition.message;
  return progressing((condition?.status === 'False' && condition.reason) || 'Pending', told || `it is not ${what} yet`);
}
