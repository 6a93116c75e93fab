import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from './openapi-schema.ts';
import { SchemaRefusal } from './refusal.ts';

type Keyword = keyof JsonSchema;
type Merge = (left: never, right: never) => unknown;

const wider: Readonly<Record<string, Merge>> = {
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
  required: (left: readonly string[], right: readonly string[]) => [...new Set([...left, ...right])],
  description: (left: string) => left,
  title: (left: string) => left,
};

function mergeProperties(left: JsonSchema, right: JsonSchema, path: string): JsonSchema['properties'] {
  const merged: Record<string, JsonSchema> = { ...left.properties };
  for (const [name, property] of Object.entries(right.properties ?? {})) {
    const other = merged[name];
    if (other && !isDeepStrictEqual(other, property)) {
      throw new SchemaRefusal(`${path}.${name}`, {
        what: 'a field with two different schemas',
        remedy: 'give it the same schema in every part, or two names',
      });
    }
    merged[name] = property;
  }
  return merged;
}

function mergeKeyword(keyword: Keyword, [left, right]: readonly [JsonSchema, JsonSchema], path: string): unknown {
  if (keyword === 'properties') {
    return mergeProperties(left, right, path);
  }
  const [a, b] = [left[keyword], right[keyword]];
  const merge = wider[keyword];
  if (merge) {
    return merge(a as never, b as never);
  }
  if (isDeepStrictEqual(a, b)) {
    return a;
  }
  throw new SchemaRefusal(path, {
    what: `an intersection with two different values of "${keyword}"`,
    remedy: 'write one schema that says both',
  });
}

/** One schema that demands what both demand. Where both give a description, the left one stays. */
function mergeSchemas(left: JsonSchema, right: JsonSchema, path: string): JsonSchema {
  const merged: Record<string, unknown> = { ...left };
  for (const keyword of Object.keys(right) as Keyword[]) {
    merged[keyword] = keyword in left ? mergeKeyword(keyword, [left, right], path) : right[keyword];
  }
  return merged;
}

/** `false` closes an object in zod; the server prunes unknown fields anyway, so it adds nothing and would hinder merging. */
function withoutClosing({ additionalProperties, ...rest }: JsonSchema): JsonSchema {
  return additionalProperties === undefined || additionalProperties === false
    ? rest
    : { ...rest, additionalProperties };
}

/**
 * The schema with its `allOf` folded in: object parts become one object, further patterns stay as `allOf` of bare patterns
 * (the only form of `allOf` that this project emits). A single pattern ends up in `pattern`.
 *
 * @throws SchemaRefusal when the parts contradict each other or give one field two schemas.
 */
export function foldAllOf(schema: JsonSchema, path: string): JsonSchema {
  const { allOf = [], ...outer } = schema;
  const patterns: string[] = [];
  let folded: JsonSchema = {};
  for (const part of [outer, ...allOf.map((each) => foldAllOf(each, path))]) {
    const { pattern, allOf: inner = [], ...rest } = withoutClosing(part);
    patterns.push(...[pattern, ...inner.map((each) => each.pattern)].filter((each) => each !== undefined));
    folded = mergeSchemas(folded, rest, path);
  }
  const [only, ...more] = [...new Set(patterns)];
  if (only === undefined) {
    return folded;
  }
  return more.length === 0
    ? { ...folded, pattern: only }
    : { ...folded, allOf: [only, ...more].map((pattern) => ({ pattern })) };
}
