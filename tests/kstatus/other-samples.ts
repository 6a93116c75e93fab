import { condition, notLooked, object, type Sample, seen, UNSEEN } from './sample.ts';

const gateway = (conditions: readonly object[]) =>
  object('gateway.networking.k8s.io/v1', 'Gateway', { spec: {}, status: { conditions } });
const route = (parents: readonly object[]) =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    spec: { parentRefs: [{ name: 'web' }, { name: 'other', namespace: 'infra', sectionName: 'https' }] },
    status: { parents },
  });
const parent = (parentRef: object, accepted = 'True', resolved = 'True') => ({
  parentRef,
  conditions: [condition('Accepted', accepted), condition('ResolvedRefs', resolved, 'BackendNotFound')],
});
const crd = (conditions: readonly object[]) =>
  object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { status: { conditions } });
const ours = (status: object) => object('homelab.mortenolsen.pro/v1', 'GenerateSecret', { spec: {}, status });

const GATEWAY_API = 'kstatus does not know the Gateway API';

/** Everything that is not a workload. */
export const OTHER_SAMPLES: readonly Sample[] = [
  {
    what: 'a claim that is bound',
    object: object('v1', 'PersistentVolumeClaim', { status: { phase: 'Bound' } }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a claim that waits',
    object: object('v1', 'PersistentVolumeClaim', { status: { phase: 'Pending' } }),
    state: 'progressing',
    reason: 'NotBound',
  },
  {
    what: 'a claim whose volume is gone',
    object: object('v1', 'PersistentVolumeClaim', { status: { phase: 'Lost' } }),
    state: 'failed',
    reason: 'VolumeLost',
    kstatus: { status: 'InProgress', because: 'kstatus knows no phase but Bound' },
  },
  {
    what: 'a Service',
    object: object('v1', 'Service', { spec: { type: 'ClusterIP' }, status: {} }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a Service with a load balancer that has no address',
    object: object('v1', 'Service', {
      spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      status: { loadBalancer: {} },
    }),
    state: 'progressing',
    reason: 'NoAddress',
    kstatus: notLooked('kstatus does not look for the address of a load balancer'),
  },
  {
    what: 'a Service with a load balancer and no address at all',
    object: object('v1', 'Service', { spec: { type: 'LoadBalancer' } }),
    state: 'progressing',
    reason: 'NoClusterAddress',
  },
  {
    what: 'a Service with a load balancer',
    object: object('v1', 'Service', {
      spec: { type: 'LoadBalancer', clusterIP: '10.0.0.1' },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'an Ingress',
    object: object('networking.k8s.io/v1', 'Ingress', { spec: {}, status: {} }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a Gateway that is served',
    object: gateway([condition('Accepted', 'True'), { ...condition('Programmed', 'True', 'Programmed'), ...seen }]),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a Gateway that nobody has accepted',
    object: gateway([condition('Accepted', 'Unknown', 'Pending'), condition('Programmed', 'Unknown', 'Pending')]),
    state: 'progressing',
    reason: 'Pending',
    kstatus: notLooked(GATEWAY_API),
  },
  {
    what: 'a Gateway that has no address',
    object: gateway([condition('Accepted', 'True'), condition('Programmed', 'False', 'AddressNotAssigned')]),
    state: 'progressing',
    reason: 'AddressNotAssigned',
    kstatus: notLooked(GATEWAY_API),
  },
  {
    what: 'a Gateway with a change that is not served yet',
    object: gateway([
      condition('Accepted', 'True'),
      { ...condition('Programmed', 'True', 'Programmed'), observedGeneration: 1 },
    ]),
    state: 'progressing',
    reason: 'NotObserved',
    kstatus: notLooked(GATEWAY_API),
  },
  {
    what: 'a route that all its parents serve',
    object: route([parent({ name: 'web' }), parent({ name: 'other', namespace: 'infra', sectionName: 'https' })]),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a route that one of its parents has not taken',
    object: route([parent({ name: 'web', namespace: 'ns' }), parent({ name: 'other', namespace: 'infra' })]),
    state: 'progressing',
    reason: 'NotAccepted',
    kstatus: notLooked(GATEWAY_API),
  },
  {
    what: 'a route whose backend is missing',
    object: route([
      parent({ name: 'web' }, 'True', 'False'),
      parent({ name: 'other', namespace: 'infra', sectionName: 'https' }),
    ]),
    state: 'progressing',
    reason: 'BackendNotFound',
    kstatus: notLooked(GATEWAY_API),
  },
  {
    what: 'a Certificate that is issued',
    object: object('cert-manager.io/v1', 'Certificate', {
      status: { conditions: [{ ...condition('Ready', 'True', 'Ready'), ...seen }] },
    }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a Certificate that is being issued',
    object: object('cert-manager.io/v1', 'Certificate', {
      status: { conditions: [condition('Ready', 'False', 'DoesNotExist')] },
    }),
    state: 'progressing',
    reason: 'DoesNotExist',
  },
  {
    what: 'a Certificate that was issued for what it asked before',
    object: object('cert-manager.io/v1', 'Certificate', {
      status: { conditions: [{ ...condition('Ready', 'True', 'Ready'), observedGeneration: 1 }] },
    }),
    state: 'progressing',
    reason: 'NotObserved',
    kstatus: notLooked('kstatus does not look for which generation a condition is'),
  },
  {
    what: 'a Certificate that nobody has seen',
    object: object('cert-manager.io/v1', 'Certificate'),
    state: 'progressing',
    reason: 'NotObserved',
    kstatus: notLooked(UNSEEN),
  },
  { what: 'a CronJob', object: object('batch/v1', 'CronJob', { status: {} }), state: 'ready', reason: 'Ready' },
  {
    what: 'an autoscaler that works',
    object: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      status: { conditions: [condition('AbleToScale', 'True'), condition('ScalingActive', 'True')] },
    }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'an autoscaler of what is scaled to nothing',
    object: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      status: {
        conditions: [condition('AbleToScale', 'True'), condition('ScalingActive', 'False', 'ScalingDisabled')],
      },
    }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'an autoscaler without metrics',
    object: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
      status: {
        conditions: [condition('AbleToScale', 'True'), condition('ScalingActive', 'False', 'FailedGetResourceMetric')],
      },
    }),
    state: 'progressing',
    reason: 'FailedGetResourceMetric',
    kstatus: notLooked('kstatus does not know autoscalers'),
  },
  {
    what: 'a disruption budget',
    object: object('policy/v1', 'PodDisruptionBudget', {
      status: { ...seen, conditions: [condition('DisruptionAllowed', 'False', 'InsufficientPods')] },
    }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'a disruption budget that nobody has seen',
    object: object('policy/v1', 'PodDisruptionBudget'),
    state: 'progressing',
    reason: 'NotObserved',
    kstatus: notLooked(UNSEEN),
  },
  {
    what: 'a CustomResourceDefinition that is served',
    object: crd([condition('NamesAccepted', 'True'), condition('Established', 'True')]),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a CustomResourceDefinition that is new', object: crd([]), state: 'progressing', reason: 'Installing' },
  {
    what: 'a CustomResourceDefinition whose names are taken',
    object: crd([condition('NamesAccepted', 'False', 'ListKindConflict')]),
    state: 'failed',
    reason: 'ListKindConflict',
  },
  {
    what: 'a ConfigMap',
    object: object('v1', 'ConfigMap', { metadata: { generation: undefined } }),
    state: 'ready',
    reason: 'Ready',
  },
  { what: 'a Role', object: object('rbac.authorization.k8s.io/v1', 'Role'), state: 'ready', reason: 'Ready' },
  {
    what: 'an object that is being deleted',
    object: object('v1', 'ConfigMap', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    state: 'progressing',
    reason: 'Terminating',
  },
  {
    what: 'an unknown kind that says it is ready',
    object: object('example.org/v1', 'Thing', { status: { conditions: [condition('Ready', 'True')] } }),
    state: 'ready',
    reason: 'Ready',
  },
  {
    what: 'an unknown kind that says it is not ready',
    object: object('example.org/v1', 'Thing', { status: { conditions: [condition('Ready', 'Unknown')] } }),
    state: 'progressing',
    reason: 'Because',
  },
  {
    what: 'one of our kinds that works on it',
    object: ours({
      ...seen,
      conditions: [condition('Ready', 'False', 'Busy'), condition('Reconciling', 'True', 'Busy')],
    }),
    state: 'progressing',
    reason: 'Busy',
  },
  {
    what: 'one of our kinds that is stuck',
    object: ours({ ...seen, conditions: [condition('Ready', 'False', 'Bad'), condition('Stalled', 'True', 'Bad')] }),
    state: 'failed',
    reason: 'Bad',
  },
];
