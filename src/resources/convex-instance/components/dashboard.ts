import type { Component } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { CONVEX_GROUP, labelsOf, PORTS, selectorOf } from '../input/names.ts';
import { createDashboardEnv } from './environment.ts';

/** The user of the image. */
const UNPRIVILEGED = { runAsNonRoot: true, runAsUser: 1001 };

export const dashboard: Component<ConvexInput> = {
  name: 'dashboard',
  kinds: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
  when: ({ spec }) => spec.dashboard.enabled,
  manifests: (input) => {
    const { name, namespace, spec, hashes } = input;
    const { image, replicas, resources, security } = spec.dashboard;
    const selector = selectorOf(name, 'dashboard');
    const container = {
      name: 'dashboard',
      image,
      imagePullPolicy: 'IfNotPresent',
      ports: [{ name: 'http', containerPort: PORTS.dashboard, protocol: 'TCP' }],
      env: createDashboardEnv(input),
      ...(resources ? { resources } : {}),
      securityContext: security.container ?? UNPRIVILEGED,
    };
    const manifest: Shaped<{ spec: object }> = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `${name}-dashboard`, namespace, labels: labelsOf(input, 'dashboard') },
      spec: {
        replicas,
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector, annotations: { [`${CONVEX_GROUP}/dashboard-hash`]: hashes.dashboard } },
          spec: { containers: [container], securityContext: security.pod ?? UNPRIVILEGED },
        },
      },
    };
    return [manifest];
  },
};
