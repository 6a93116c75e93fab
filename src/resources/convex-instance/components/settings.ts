import type { Component } from '../../../framework/framework.ts';
import type { ConvexInput, Shaped } from '../input/convex-input.ts';
import { labelsOf, PORTS } from '../input/names.ts';

/** The file that the original operator mounts at /etc/convex. The image does not read it; people do. */
export function createSettings({ spec, backend }: ConvexInput): string {
  const lines = { CONVEX_PORT: PORTS.api, CONVEX_ENV: spec.environment, CONVEX_VERSION: backend.version };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

export const settings: Component<ConvexInput> = {
  name: 'settings',
  kinds: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
  manifests: (input) => {
    const { name, namespace } = input;
    const manifest: Shaped<{ data: Record<string, string> }> = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `${name}-backend-config`, namespace, labels: labelsOf(input, 'backend') },
      data: { 'convex.conf': createSettings(input) },
    };
    return [manifest];
  },
};
