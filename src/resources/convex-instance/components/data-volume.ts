import type { Component, Quantity } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { givenQuantity } from '../input/given-quantity.ts';
import { labelsOf } from '../input/names.ts';

const DEFAULT_SIZE = '10Gi';

/** Whether the backend's data is on a volume. */
export function hasDataVolume({ spec }: Pick<ConvexInput, 'spec'>): boolean {
  const { mode, pvc } = spec.backend.storage;
  return mode !== 'external' && pvc?.enabled === true;
}

/** How large the data volume is. */
export function dataVolumeSize({ spec }: Pick<ConvexInput, 'spec'>): Quantity {
  return givenQuantity(spec.backend.storage.pvc?.size) ?? DEFAULT_SIZE;
}

/** A claim of the class that the instance has its volumes in. */
export function createClaim(input: ConvexInput, suffix: string, storage: Quantity) {
  const { name, namespace, spec } = input;
  const { storageClassName } = spec.backend.storage.pvc ?? {};
  const manifest: Shaped<{ spec: object }> = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `${name}-${suffix}`, namespace, labels: labelsOf(input, 'backend') },
    spec: {
      accessModes: ['ReadWriteOnce'],
      ...(storageClassName ? { storageClassName } : {}),
      resources: { requests: { storage } },
    },
  };
  return manifest;
}

export const dataVolume: Component<ConvexInput> = {
  name: 'data-volume',
  kinds: [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }],
  when: hasDataVolume,
  manifests: (input) => [createClaim(input, 'backend-pvc', dataVolumeSize(input))],
  // Many classes bind a claim only when a pod uses it: waiting for it would keep the pod waiting.
  ready: () => ({ state: 'ready', reason: 'Available', message: '' }),
};
