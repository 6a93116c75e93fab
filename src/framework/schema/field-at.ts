import type { JsonSchema } from './openapi-schema.ts';

/** One step of a path: a field's name, or what chooses entries of a list. */
const STEP = /\.([A-Za-z_][\w-]*)|\[(?:\d+|\*|\?\([^)]*\))\]/y;

/** The steps of a JSONPath as the API server reads it; `undefined` for one that is written otherwise. */
function stepsOf(path: string): (string | undefined)[] | undefined {
  const steps: (string | undefined)[] = [];
  let end = 0;
  while (end < path.length) {
    STEP.lastIndex = end;
    const step = STEP.exec(path);
    if (!step) {
      return undefined;
    }
    steps.push(step[1]);
    end = STEP.lastIndex;
  }
  return steps;
}

/** One step down; below what takes anything there is anything. */
function below(schema: JsonSchema, name: string | undefined): JsonSchema | undefined {
  if (schema['x-kubernetes-preserve-unknown-fields']) {
    return schema;
  }
  if (name === undefined) {
    return schema.type === 'array' ? (schema.items as JsonSchema) : undefined;
  }
  const { additionalProperties: values } = schema;
  return schema.properties?.[name] ?? (typeof values === 'object' ? values : undefined);
}

/**
 * The schema of the field to which a JSONPath such as `.status.conditions[?(@.type=="Ready")].status` leads from a
 * structural schema: `undefined` when it leads nowhere, or is not written with names, indexes and one filter.
 */
export function fieldAt(root: JsonSchema, path: string): JsonSchema | undefined {
  return stepsOf(path)?.reduce<JsonSchema | undefined>((at, step) => at && below(at, step), root);
}
