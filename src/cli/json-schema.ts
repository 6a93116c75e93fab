import type { JsonSchema } from '../framework/framework.ts';

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** The metadata that people write; there is more, which editors need not refuse. */
const METADATA = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', maxLength: 253 },
    namespace: { type: 'string', maxLength: 63 },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
    annotations: { type: 'object', additionalProperties: { type: 'string' } },
  },
};

/** A schema of the API server as editors understand it: JSON schema, draft 7, in which unknown fields are mistakes. */
export function editorSchema(
  schema: JsonSchema,
  about: { readonly apiVersion: string; readonly kind: string },
): JsonSchema {
  const { properties = {}, ...root } = converted(schema) as JsonSchema & Record<string, unknown>;
  const { status: _status, ...written } = properties; // nobody writes it
  const { apiVersion, kind } = about;
  return {
    $schema: DRAFT,
    title: `${kind} ${apiVersion}`,
    ...root,
    properties: { ...written, apiVersion: { const: apiVersion }, kind: { const: kind }, metadata: METADATA },
    required: [...new Set(['apiVersion', 'kind', 'metadata', ...(root.required ?? [])])],
    additionalProperties: false,
  } as JsonSchema;
}

/** What is only the API server's goes, and what draft 7 says otherwise is said as it has it. */
function converted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(converted);
  }
  return typeof value === 'object' && value !== null ? convertedSchema(value as JsonSchema) : value;
}

/** Keywords that mean something else in draft 7, or hold values and not schemas. */
const SPECIAL = [
  'nullable',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minimum',
  'maximum',
  'properties',
  'default',
  'enum',
];

function convertedSchema(schema: JsonSchema): object {
  const kept = Object.entries(schema).filter(([name]) => !name.startsWith('x-kubernetes-') && !SPECIAL.includes(name));
  return {
    ...Object.fromEntries(kept.map(([name, part]) => [name, converted(part)])),
    ...typeParts(schema),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...limitParts(schema),
    ...objectParts(schema, schema.properties),
  };
}

function typeParts({ type, nullable, enum: values, ...rest }: JsonSchema): object {
  return {
    ...(rest['x-kubernetes-int-or-string'] ? { type: ['integer', 'string'] } : {}),
    ...(nullable && type ? { type: [type, 'null'] } : {}),
    ...(values ? { enum: nullable ? [...values, null] : values } : {}),
  };
}

function limitParts({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): object {
  return {
    ...(minimum === undefined ? {} : { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
  };
}

function objectParts(schema: JsonSchema, properties: JsonSchema['properties']): object {
  if (!properties) {
    return {};
  }
  const members = Object.entries(properties).map(([name, member]) => [name, converted(member)]);
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties !== undefined;
  return { properties: Object.fromEntries(members), ...(isOpen ? {} : { additionalProperties: false }) };
}
