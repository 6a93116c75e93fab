import type { Json } from '../../testenv/src/api-request.ts';

/** Pod template settings that the tests vary. */
export interface PodOptions {
  readonly image?: string;
  readonly annotations?: Record<string, string>;
  readonly restartPolicy?: string;
}

/** A pod template with one container. */
export function podTemplate(app: string, options: PodOptions = {}): object {
  const { image = 'example/app:1', annotations = {}, restartPolicy } = options;
  return {
    metadata: { labels: { app }, annotations },
    spec: { restartPolicy, containers: [{ name: 'main', image }] },
  };
}

/** A pod of its own. */
export function pod(name: string, options: PodOptions = {}): object {
  const template = podTemplate(name, options) as { metadata: object };
  return { apiVersion: 'v1', kind: 'Pod', ...template, metadata: { ...template.metadata, name } };
}

/** A Deployment. */
export function deployment(name: string, options: PodOptions & { replicas?: number } = {}): object {
  const { replicas = 2, ...rest } = options;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: podTemplate(name, rest) },
  };
}

/** A StatefulSet with one claim a pod. */
export function statefulSet(name: string, image: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name },
    spec: {
      replicas: 2,
      serviceName: name,
      selector: { matchLabels: { app: name } },
      template: podTemplate(name, { image }),
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec('standard', '1Gi') }],
    },
  };
}

/** A Job that is tried once. */
export function job(name: string, image: string): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { backoffLimit: 0, template: podTemplate(name, { image, restartPolicy: 'Never' }) },
  };
}

/** A PersistentVolumeClaim. */
export function claim(name: string, storageClass: string, size = '1Gi'): object {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec: claimSpec(storageClass, size) };
}

function claimSpec(storageClassName: string, storage: string): object {
  return { accessModes: ['ReadWriteOnce'], storageClassName, resources: { requests: { storage } } };
}

/** A ConfigMap, possibly owned. */
export function configMap(
  name: string,
  owner?: { apiVersion: string; kind: string; name: string; uid: string },
): object {
  const ownerReferences = owner === undefined ? undefined : [owner];
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ownerReferences }, data: {} };
}

/** Whether an object has a condition with status True. */
export function isTrue(object: Json, type: string): boolean {
  return (object.status?.conditions ?? []).some((one: Json) => one.type === type && one.status === 'True');
}
