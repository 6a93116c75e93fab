import { type OpenApiSchemas, zodSourceOf } from './zod-source.ts';

/** What the API server answers below `/openapi/v3`. */
export type OpenApiDocument = {
  readonly info: { readonly version: string };
  readonly components: { readonly schemas: OpenApiSchemas };
};

/** With all that they are made of: everything that a kind may want to hand through to pods, volumes and Services. */
const ROOTS = ['PodTemplateSpec', 'PersistentVolumeClaimSpec', 'ServiceSpec'].map(
  (name) => `io.k8s.api.core.v1.${name}`,
);

/** The text of `src/framework/schema/generated/core.ts`. */
export function coreTypesSource({ info, components }: OpenApiDocument): string {
  return `// Generated from the OpenAPI document of Kubernetes ${info.version} by \`npm run kubernetes-types\`: do not edit.
import { z } from 'zod';
import { intOrString, listMap } from '../fields.ts';
import { quantity } from '../quantity.ts';

/** What a template may say of the objects that are made from it. */
function templateMetadata() {
  const words = () => z.record(z.string(), z.string()).optional();
  return z.object({ name: z.string().optional(), labels: words(), annotations: words() });
}

${zodSourceOf(components.schemas, ROOTS)}`;
}
