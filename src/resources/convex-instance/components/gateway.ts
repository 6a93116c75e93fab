import { type Component, type KubeObject, readinessOf } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { labelsOf, PORTS } from '../input/names.ts';

const apiVersion = 'gateway.networking.k8s.io/v1';

/** Whether the instance has a Gateway of its own. */
export function hasOwnGateway({ spec }: Pick<ConvexInput, 'spec'>): boolean {
  return !spec.networking.parentRefs?.length;
}

function createListener({ namespace, spec: { networking } }: ConvexInput) {
  const { host, tlsSecretRef } = networking;
  const allowedRoutes = { namespaces: { from: 'Same' } };
  if (!tlsSecretRef) {
    return { name: 'http', protocol: 'HTTP', port: 80, hostname: host, allowedRoutes };
  }
  const certificateRefs = [{ kind: 'Secret', name: tlsSecretRef, namespace }];
  return { name: 'https', protocol: 'HTTPS', port: 443, hostname: host, tls: { certificateRefs }, allowedRoutes };
}

export const gateway: Component<ConvexInput> = {
  name: 'gateway',
  kinds: [{ apiVersion, kind: 'Gateway' }],
  when: hasOwnGateway,
  manifests: (input) => {
    const { name, namespace, spec } = input;
    const { gatewayAnnotations: annotations, gatewayClassName } = spec.networking;
    const manifest: Shaped<{ spec: object }> = {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: `${name}-gateway`, namespace, labels: labelsOf(input, 'gateway'), annotations },
      spec: { gatewayClassName: gatewayClassName || 'nginx', listeners: [createListener(input)] },
    };
    return [manifest];
  },
  ready: ([object]) => {
    const isReady = object !== undefined && saysReady(object);
    return isReady || !object ? { state: 'ready', reason: 'Ready', message: '' } : readinessOf(object);
  },
};

type Condition = { readonly type: string; readonly status: string; readonly observedGeneration?: number };

/** Before its first stable version the API had `Ready`, and some that implement it still say nothing else. */
function saysReady({ metadata, status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: readonly Condition[] };
  return conditions.some(({ type, status: is, observedGeneration = 1 }) => {
    return type === 'Ready' && is === 'True' && observedGeneration >= (metadata.generation ?? 1);
  });
}

type Rule = { readonly paths: readonly string[]; readonly service: string; readonly port: number };

function rulesOf({ name, spec }: ConvexInput): Rule[] {
  const dashboard = { paths: ['/dashboard'], service: `${name}-dashboard`, port: PORTS.dashboard };
  return [
    ...(spec.dashboard.enabled ? [dashboard] : []),
    { paths: ['/http_action/'], service: `${name}-backend`, port: PORTS.actions },
    { paths: ['/api/', '/sync', '/'], service: `${name}-backend`, port: PORTS.api },
  ];
}

function parentsOf(input: ConvexInput) {
  const { name, namespace, spec } = input;
  if (hasOwnGateway(input)) {
    return [{ name: `${name}-gateway`, namespace }];
  }
  return (spec.networking.parentRefs ?? []).map((parent) => ({
    name: parent.name,
    namespace: parent.namespace || namespace,
    ...(parent.sectionName ? { sectionName: parent.sectionName } : {}),
  }));
}

export const route: Component<ConvexInput> = {
  name: 'route',
  kinds: [{ apiVersion, kind: 'HTTPRoute' }],
  manifests: (input) => {
    const { name, namespace, spec } = input;
    const manifest: Shaped<{ spec: object }> = {
      apiVersion,
      kind: 'HTTPRoute',
      metadata: { name: `${name}-route`, namespace, labels: labelsOf(input, 'gateway') },
      spec: {
        hostnames: [spec.networking.host],
        parentRefs: parentsOf(input),
        rules: rulesOf(input).map(({ paths, service, port }) => ({
          matches: paths.map((value) => ({ path: { type: 'PathPrefix', value } })),
          backendRefs: [{ name: service, port }],
        })),
      },
    };
    return [manifest];
  },
};
