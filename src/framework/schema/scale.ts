import { fieldAt } from './field-at.ts';
import type { JsonSchema } from './openapi-schema.ts';

/** Paths of the scale subresource, such as `.spec.replicas`; the selector is a string, for autoscalers that count pods. */
export type ScalePaths = {
  readonly specReplicasPath: `.spec.${string}`;
  readonly statusReplicasPath: `.status.${string}`;
  readonly labelSelectorPath?: `.status.${string}`;
};

const TYPES = { specReplicasPath: 'integer', statusReplicasPath: 'integer', labelSelectorPath: 'string' } as const;

/**
 * The API server takes any path and answers `kubectl scale` with an error later.
 * @throws TypeError for a path that leads to no field of the right type.
 */
export function checkScale(scale: ScalePaths | undefined, root: JsonSchema): void {
  for (const [name, path] of Object.entries(scale ?? {}) as [keyof ScalePaths, string][]) {
    if (fieldAt(root, path)?.type !== TYPES[name]) {
      throw new TypeError(`scale.${name} is ${path}, which is no ${TYPES[name]} field of the schema`);
    }
  }
}
