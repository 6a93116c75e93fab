import type { Component } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { labelsOf, PORTS, selectorOf } from '../input/names.ts';

const kinds = [{ apiVersion: 'v1', kind: 'Service' }];

function createService(input: ConvexInput, part: 'backend' | 'dashboard', ports: Readonly<Record<string, number>>) {
  const { name, namespace } = input;
  const manifest: Shaped<{ spec: object }> = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${name}-${part}`, namespace, labels: labelsOf(input, part) },
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(name, part),
      ports: Object.entries(ports).map(([port, number]) => ({
        name: port,
        port: number,
        targetPort: number,
        protocol: 'TCP',
      })),
    },
  };
  return manifest;
}

export const backendService: Component<ConvexInput> = {
  name: 'backend-service',
  kinds,
  manifests: (input) => [createService(input, 'backend', { http: PORTS.api, 'http-action': PORTS.actions })],
};

export const dashboardService: Component<ConvexInput> = {
  name: 'dashboard-service',
  kinds,
  when: ({ spec }) => spec.dashboard.enabled,
  manifests: (input) => [createService(input, 'dashboard', { http: PORTS.dashboard })],
};
