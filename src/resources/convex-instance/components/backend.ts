import type { Component } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { givenQuantity } from '../input/given-quantity.ts';
import { CONVEX_GROUP, labelsOf, PORTS, selectorOf } from '../input/names.ts';
import { dataVolume, hasDataVolume } from './data-volume.ts';
import { createBackendEnv } from './environment.ts';
import { settings } from './settings.ts';

/** On the StatefulSet: when the backend was last restarted. */
export const LAST_RESTART = `${CONVEX_GROUP}/last-restart`;

/** On its pods: changes when they are to be restarted. */
export const RESTART_TRIGGER = `${CONVEX_GROUP}/restart-trigger`;

const CONFIG_HASH = `${CONVEX_GROUP}/config-hash`;

/** Where the image has its data, whatever `DATA_DIR` would be. */
const DATA_PATH = '/convex/data';

/** The server answers this only after it has reached its database and brought it up to date. */
const version = { httpGet: { path: '/version', port: PORTS.api } };

function createContainer(input: ConvexInput) {
  const { spec, backend } = input;
  const { security } = spec.backend;
  return {
    name: 'backend',
    image: backend.image,
    imagePullPolicy: 'IfNotPresent',
    ports: [
      { name: 'http', containerPort: PORTS.api, protocol: 'TCP' },
      { name: 'http-action', containerPort: PORTS.actions, protocol: 'TCP' },
    ],
    env: createBackendEnv(input),
    ...resourcesOf(input),
    // Migrations of a large database take their time: ten minutes, then it starts over. Nobody waits longer than needed.
    startupProbe: { ...version, periodSeconds: 2, timeoutSeconds: 5, failureThreshold: 300 },
    readinessProbe: { ...version, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: { ...version, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 },
    // The server ends on SIGINT only, and as the first process of its container ignores SIGTERM.
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'kill -INT 1'] } } },
    volumeMounts: [
      { name: 'config', mountPath: '/etc/convex' },
      ...(hasDataVolume(input) ? [{ name: 'data', mountPath: DATA_PATH }] : []),
    ],
    ...(security.container ? { securityContext: security.container } : {}),
  };
}

function resourcesOf({ spec }: ConvexInput) {
  const { resources } = spec.backend;
  const maxMemory = givenQuantity(spec.scale?.backend?.maxMemory);
  if (maxMemory === undefined || resources?.limits?.['memory'] !== undefined) {
    return resources ? { resources } : {};
  }
  return { resources: { ...resources, limits: { ...resources?.limits, memory: maxMemory } } };
}

function createPodSpec(input: ConvexInput) {
  const { name, spec } = input;
  const { security } = spec.backend;
  return {
    containers: [createContainer(input)],
    terminationGracePeriodSeconds: 60,
    volumes: [
      { name: 'config', configMap: { name: `${name}-backend-config` } },
      ...(hasDataVolume(input) ? [{ name: 'data', persistentVolumeClaim: { claimName: `${name}-backend-pvc` } }] : []),
    ],
    ...(security.pod ? { securityContext: security.pod } : {}),
  };
}

export const backend: Component<ConvexInput> = {
  name: 'backend',
  kinds: [{ apiVersion: 'apps/v1', kind: 'StatefulSet' }],
  needs: [settings, dataVolume],
  manifests: (input) => {
    const { name, namespace, hashes, stamps, podManagement } = input;
    const selector = selectorOf(name, 'backend');
    const trigger = stamps.trigger ? { [RESTART_TRIGGER]: stamps.trigger } : {};
    const manifest: Shaped<{ spec: object }> = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        name: `${name}-backend`,
        namespace,
        labels: labelsOf(input, 'backend'),
        ...(stamps.lastRestart ? { annotations: { [LAST_RESTART]: stamps.lastRestart } } : {}),
      },
      spec: {
        // Two backends on one database would take the lease from each other.
        replicas: 1,
        serviceName: `${name}-backend`,
        // The other policy waits for a pod to be ready before it replaces it: one that never is would stay for ever.
        podManagementPolicy: podManagement ?? 'Parallel',
        selector: { matchLabels: selector },
        template: {
          metadata: { labels: selector, annotations: { [CONFIG_HASH]: hashes.config, ...trigger } },
          spec: createPodSpec(input),
        },
      },
    };
    return [manifest];
  },
};
