import { crdOf, DefinitionError } from '../../src/cli/crds.ts';
import type { AnyDefinition, JsonSchema } from '../../src/framework/framework.ts';
import { kubernetesTypeOf } from './kubernetes-own.ts';

/** The fields in a schema, however deep, about which nothing is said. Kubernetes' own types are described elsewhere. */
function undescribed(schema: JsonSchema, path: string): string[] {
  if (kubernetesTypeOf(schema)) {
    return [];
  }
  const { properties = {}, items, additionalProperties: values } = schema;
  const fields = Object.entries(properties).flatMap(([name, field]) => [
    ...(field.description === undefined ? [`${path}.${name}`] : []),
    ...undescribed(field, `${path}.${name}`),
  ]);
  const entries = items && !Array.isArray(items) ? undescribed(items as JsonSchema, `${path}[]`) : [];
  return [...fields, ...entries, ...(typeof values === 'object' ? undescribed(values, `${path}.*`) : [])];
}

/**
 * `kubectl explain` and the table on a kind's page show what the schema says of a field.
 * @throws DefinitionError that names the fields without a description.
 */
export function checkDescriptions(definition: AnyDefinition): void {
  const [{ schema }] = crdOf(definition).spec.versions;
  const { spec = {}, status = {} } = schema.openAPIV3Schema.properties ?? {};
  const fields = [...undescribed(spec, 'spec'), ...undescribed(status, 'status')];
  if (fields.length > 0) {
    throw new DefinitionError(`${definition.kind}: ${fields.join(', ')} must have a .describe()`);
  }
}
