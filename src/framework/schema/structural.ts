import { foldAllOf } from './combine.ts';
import { withKeptFields } from './kept-fields.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { goPatternProblem, looseFormats, serverFormats } from './patterns.ts';
import { refusalKey, SchemaRefusal } from './refusal.ts';
import { foldUnion } from './unions.ts';

type Keyword = keyof JsonSchema & string;

/** Documentation for other tools; the server does not know them, so they are left out. */
const ignored: ReadonlySet<string> = new Set([
  'readOnly',
  'writeOnly',
  'example',
  'examples',
  'deprecated',
  'contentEncoding',
  'contentMediaType',
  '$schema',
  '$comment',
  'markdownDescription',
  'definitions',
]);

const general: readonly Keyword[] = ['title', 'description', 'default', 'nullable', 'enum'];

const byType: Readonly<Record<string, readonly Keyword[]>> = {
  string: ['format', 'pattern', 'allOf', 'minLength', 'maxLength'],
  number: ['format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  integer: ['format', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  boolean: [],
  array: ['items', 'minItems', 'maxItems'],
  object: ['properties', 'additionalProperties', 'required', 'minProperties', 'maxProperties', 'oneOf'],
};

const intOrStringKeywords: readonly Keyword[] = ['anyOf', ...(byType['string'] ?? []), ...(byType['integer'] ?? [])];

function allowedKeywords(schema: JsonSchema, path: string): readonly Keyword[] {
  if (schema['x-kubernetes-int-or-string']) {
    return intOrStringKeywords;
  }
  if (schema.type === undefined) {
    return [];
  }
  const keywords = byType[schema.type];
  if (!keywords) {
    throw new SchemaRefusal(path, { what: `the type "${schema.type}"`, remedy: 'use another type' });
  }
  return keywords;
}

/** A constraint that the structural form has not is refused, never dropped. */
function refuseUnlessIgnored(keyword: string, path: string): void {
  if (ignored.has(keyword) || keyword.startsWith('x-')) {
    return;
  }
  throw new SchemaRefusal(
    path,
    keyword === '$ref' || keyword === 'id'
      ? { what: 'a reference', remedy: 'remove .meta({ id })' }
      : { what: `the keyword "${keyword}"`, remedy: 'express the rule as CEL or remove it' },
  );
}

/** The keywords that the structural form of this type has. */
function pick(schema: JsonSchema, path: string): JsonSchema {
  const allowed = new Set<string>([...general, ...allowedKeywords(schema, path), 'type']);
  const kept: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword.startsWith('x-kubernetes-') || allowed.has(keyword)) {
      kept[keyword] = value;
    } else {
      refuseUnlessIgnored(keyword, path);
    }
  }
  return kept;
}

function checkEnum(schema: JsonSchema, path: string): void {
  if (schema.enum && (schema.nullable || schema.enum.includes(null))) {
    throw new SchemaRefusal(path, {
      what: 'an enumeration that may be null',
      remedy: 'make the field optional: the server never accepts null beside "enum"',
    });
  }
}

function withFormat(schema: JsonSchema, format: string, path: string): JsonSchema {
  const pattern = looseFormats[format];
  return pattern === undefined
    ? { ...schema, format }
    : { ...foldAllOf({ ...schema, allOf: [...(schema.allOf ?? []), { pattern }] }, path), format };
}

function convertString(schema: JsonSchema, path: string): JsonSchema {
  const { format, ...rest } = schema;
  if (format === 'duration') {
    throw new SchemaRefusal(path, { what: 'the format "duration"', remedy: 'use a regex' });
  }
  for (const pattern of [schema.pattern, ...(schema.allOf ?? []).map((part) => part.pattern)]) {
    const problem = pattern === undefined ? undefined : goPatternProblem(pattern);
    if (problem !== undefined) {
      throw new SchemaRefusal(path, {
        what: `a pattern with ${problem}`,
        remedy: 'rewrite the pattern for Go (RE2) or use a CEL rule',
      });
    }
  }
  return format !== undefined && serverFormats.has(format) ? withFormat(rest, format, path) : rest;
}

/** Before the server compares a number with whole ones, it cuts off its fraction, unless the type says that there is none. */
function convertNumber(schema: JsonSchema, path: string): JsonSchema {
  const whole = schema.enum?.filter((value) => Number.isInteger(value)) ?? [];
  if (whole.length === 0) {
    return schema;
  }
  if (whole.length < (schema.enum?.length ?? 0)) {
    throw new SchemaRefusal(path, {
      what: 'an enumeration of whole numbers and others',
      remedy: 'use strings: the server compares them without their fractions',
    });
  }
  return convertInteger({ ...schema, type: 'integer' });
}

const int32 = { least: -(2 ** 31), most: 2 ** 31 - 1 };

function convertInteger({ minimum, maximum, ...rest }: JsonSchema): JsonSchema {
  const least = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const small = least !== undefined && most !== undefined && least >= int32.least && most <= int32.most;
  return {
    ...rest,
    format: small && rest.format !== 'int64' ? 'int32' : 'int64',
    ...(least === undefined ? {} : { minimum: least }),
    ...(most === undefined ? {} : { maximum: most }),
  };
}

function checkKeys(keys: readonly string[], { properties = {}, required = [] }: JsonSchema, path: string): void {
  const loose = keys.find((key) => !required.includes(key) && properties[key]?.default === undefined);
  if (loose !== undefined) {
    throw new SchemaRefusal(path, {
      what: `the key "${loose}" of a list, which may be left out`,
      remedy: 'make the field of the items required, or give it a default',
    });
  }
}

function convertArray({ items, ...rest }: JsonSchema, path: string): JsonSchema {
  if (Array.isArray(items)) {
    throw new SchemaRefusal(path, { what: 'a tuple', remedy: 'use an object with named fields' });
  }
  const item = convert((items ?? {}) as JsonSchema, `${path}[]`);
  checkKeys((rest['x-kubernetes-list-map-keys'] ?? []) as readonly string[], item, path);
  return { ...rest, items: item };
}

function convertValues(values: JsonSchema, schema: JsonSchema, path: string): JsonSchema {
  if (schema.properties) {
    throw new SchemaRefusal(path, {
      what: 'an object with named fields and typed other fields (catchall)',
      remedy: 'move the other fields into a record of their own',
    });
  }
  if (schema.required) {
    throw new SchemaRefusal(path, {
      what: 'a record whose keys are an enumeration',
      remedy: 'use z.partialRecord(), or an object with these fields',
    });
  }
  return { ...schema, additionalProperties: convert(values, `${path}.*`) };
}

function isAnything(schema: boolean | JsonSchema): boolean {
  return schema === true || (typeof schema === 'object' && Object.keys(schema).length === 0);
}

function convertObject({ additionalProperties, ...rest }: JsonSchema, path: string): JsonSchema {
  const named = Object.entries(rest.properties ?? {});
  const { properties: _, ...others } = rest;
  const converted = named.map(([name, property]) => [name, convert(property, `${path}.${name}`)] as const);
  const object: JsonSchema =
    named.length === 0 ? others : withKeptFields({ ...others, properties: Object.fromEntries(converted) });
  if (additionalProperties === undefined || additionalProperties === false) {
    return object;
  }
  if (isAnything(additionalProperties)) {
    return { ...object, 'x-kubernetes-preserve-unknown-fields': true };
  }
  return convertValues(additionalProperties as JsonSchema, object, path);
}

function typeOfEnum(schema: JsonSchema, path: string): JsonSchema {
  const types = new Set((schema.enum ?? []).map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1 || type === undefined) {
    throw new SchemaRefusal(path, { what: 'an enumeration of different types', remedy: 'use values of one type' });
  }
  return { ...schema, type };
}

function convertByType(schema: JsonSchema, path: string): JsonSchema {
  if (schema['x-kubernetes-int-or-string']) {
    return convertString(schema, path);
  }
  switch (schema.type) {
    case undefined:
      return { ...schema, 'x-kubernetes-preserve-unknown-fields': true };
    case 'string':
      return convertString(schema, path);
    case 'number':
      return convertNumber(schema, path);
    case 'integer':
      return convertInteger(schema);
    case 'array':
      return convertArray(schema, path);
    case 'object':
      return convertObject(schema, path);
    default:
      return schema;
  }
}

function convert(raw: JsonSchema, path: string): JsonSchema {
  const marked = raw[refusalKey];
  if (marked) {
    throw new SchemaRefusal(path, marked);
  }
  const folded = foldUnion(foldAllOf(raw, path), path);
  const late = folded[refusalKey];
  if (late) {
    throw new SchemaRefusal(path, late);
  }
  const typed = folded.type === undefined && folded.enum ? typeOfEnum(folded, path) : folded;
  const known = pick(typed, path);
  checkEnum(known, path);
  return convertByType(known, path);
}

/**
 * A JSON schema as `jsonSchemaOf` gives it, rewritten to a *structural* schema: the form a CustomResourceDefinition must have
 * (a type at every field, no type inside `allOf`/`oneOf`/`not`, no `$ref`, `additionalProperties` only without `properties`).
 * `x-kubernetes-*` keywords pass through. `path` is what messages call the root, for example `spec`.
 *
 * The rules are measured on the API server's own validation code and are listed in `structural.test.ts`, one row each.
 *
 * @throws SchemaRefusal naming the field, what cannot be said and what to write instead. Nothing is guessed.
 */
export function toStructural(jsonSchema: JsonSchema, path = '(root)'): JsonSchema {
  return convert(jsonSchema, path);
}
