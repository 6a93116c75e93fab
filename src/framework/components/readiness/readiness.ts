import { describeRef, type KubeObject, refOf, splitApiVersion } from '../../api/object.ts';
import { judgeCustomResourceDefinition, judgeGeneric, judgeReadyCondition } from './generic.ts';
import { judgeGateway, judgeRoute, judgeService } from './network.ts';
import { conditionOf, read } from './observed.ts';
import { judgeClaim, judgeCronJob, judgeJob, judgePod } from './tasks.ts';
import { failed, progressing, READY, type Readiness } from './verdict.ts';
import {
  judgeAutoscaler,
  judgeDaemonSet,
  judgeDeployment,
  judgeDisruptionBudget,
  judgeReplicaSet,
  judgeStatefulSet,
} from './workloads.ts';

export type { Readiness };

type Judge = (object: KubeObject) => Readiness;

const exists: Judge = () => READY;

/** Kinds with rules of their own, by API group and kind. */
const JUDGES: Readonly<Record<string, Judge>> = {
  '/ConfigMap': exists,
  '/Secret': exists,
  '/PersistentVolumeClaim': judgeClaim,
  '/Pod': judgePod,
  '/Service': judgeService,
  'apiextensions.k8s.io/CustomResourceDefinition': judgeCustomResourceDefinition,
  'apps/DaemonSet': judgeDaemonSet,
  'apps/Deployment': judgeDeployment,
  'apps/ReplicaSet': judgeReplicaSet,
  'apps/StatefulSet': judgeStatefulSet,
  'autoscaling/HorizontalPodAutoscaler': judgeAutoscaler,
  'batch/CronJob': judgeCronJob,
  'batch/Job': judgeJob,
  'cert-manager.io/Certificate': judgeReadyCondition,
  'cert-manager.io/ClusterIssuer': judgeReadyCondition,
  'cert-manager.io/Issuer': judgeReadyCondition,
  'gateway.networking.k8s.io/Gateway': judgeGateway,
  'gateway.networking.k8s.io/GRPCRoute': judgeRoute,
  'gateway.networking.k8s.io/HTTPRoute': judgeRoute,
  'gateway.networking.k8s.io/TCPRoute': judgeRoute,
  'gateway.networking.k8s.io/TLSRoute': judgeRoute,
  'gateway.networking.k8s.io/UDPRoute': judgeRoute,
  // What an Ingress controller writes into the status, if it does, is where it listens: nothing says that it serves it.
  'networking.k8s.io/Ingress': exists,
  'policy/PodDisruptionBudget': judgeDisruptionBudget,
};

/**
 * How an object is doing, from nothing but the object. Where kstatus, by which Argo CD, Flux and others judge objects,
 * calls one unfinished or failed, this is never better of it; it is stricter where kstatus does not look (a running Job,
 * a Gateway without a listener, a controller that has not seen the object yet).
 *
 * @param declared whether objects of the kind get a `Ready` condition, for kinds that this module does not know.
 */
export function readinessOf(object: KubeObject, declared: { readonly reportsReady?: boolean } = {}): Readiness {
  const { group } = splitApiVersion(object.apiVersion);
  const fallback = declared.reportsReady ? judgeReadyCondition : judgeGeneric;
  const judge = JUDGES[`${group}/${object.kind}`] ?? fallback;
  const verdict = beforeAll(object) ?? judge(object);
  return verdict === READY ? READY : { ...verdict, message: `${describeRef(refOf(object))}: ${verdict.message}` };
}

/** The first verdict that something has failed, else the first that something is on its way. */
export function firstTrouble(verdicts: readonly Readiness[]): Readiness {
  const [trouble] = ['failed', 'progressing'].flatMap((state) => verdicts.filter((each) => each.state === state));
  return trouble ?? READY;
}

/** What holds for every kind, in kstatus' order. */
function beforeAll(object: KubeObject): Readiness | undefined {
  const { deletionTimestamp, generation } = object.metadata;
  if (deletionTimestamp) {
    return progressing('Terminating', 'it is being deleted');
  }
  const { observedGeneration } = read(object).status;
  if (generation !== undefined && observedGeneration !== undefined && observedGeneration !== generation) {
    return progressing('NotObserved', 'its controller has not seen the latest change yet');
  }
  const reconciling = conditionOf(object, 'Reconciling');
  const stalled = conditionOf(object, 'Stalled');
  if (reconciling?.status === 'True') {
    return progressing(reconciling.reason || 'Reconciling', reconciling.message || 'it is being reconciled');
  }
  return stalled?.status === 'True'
    ? failed(stalled.reason || 'Stalled', stalled.message || 'it makes no progress')
    : undefined;
}
