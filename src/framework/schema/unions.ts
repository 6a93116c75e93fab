import { isDeepStrictEqual } from 'node:util';
import { foldAllOf } from './combine.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { refusalKey, SchemaRefusal } from './refusal.ts';

const valueRules = ['pattern', 'minLength', 'maxLength', 'minimum', 'maximum', 'multipleOf'] as const;

const mixedUnion = {
  what: 'a union of different types',
  remedy: 'use intOrString(), a discriminated union of objects, or z.unknown() parsed in the operator',
};

function isNothing(branch: JsonSchema): boolean {
  return branch.not !== undefined && Object.keys(branch.not).length === 0;
}

function mergeEnums(branches: readonly JsonSchema[], path: string): JsonSchema {
  const values = [...new Set(branches.flatMap((branch) => branch.enum ?? []))];
  if (new Set(values.map((value) => typeof value)).size > 1) {
    throw new SchemaRefusal(path, { what: 'an enumeration of different types', remedy: 'use values of one type' });
  }
  return { type: typeof values[0], enum: values };
}

function isIntOrString(branches: readonly JsonSchema[]): boolean {
  const types = branches.map(({ type }) => type).sort();
  return isDeepStrictEqual(types, ['integer', 'string']) && branches.every((branch) => branch.enum === undefined);
}

/** The exact form that the server demands; rules of the branches move outside, where each applies to its own type only. */
function intOrStringOf(branches: readonly JsonSchema[], path: string): JsonSchema {
  const rules: Record<string, unknown> = {};
  for (const branch of branches) {
    if (branch.format !== undefined || branch.allOf !== undefined) {
      throw new SchemaRefusal(path, { what: 'an int-or-string with a format', remedy: 'use one pattern' });
    }
    for (const rule of valueRules) {
      const noise = Math.abs(Number(branch[rule])) === Number.MAX_SAFE_INTEGER;
      if (branch[rule] !== undefined && !noise) {
        rules[rule] = branch[rule];
      }
    }
  }
  return { ...rules, 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] };
}

/** The field whose value tells the branches apart: required in each, an enumeration of strings, no value used twice. */
function discriminatorOf(branches: readonly JsonSchema[]): string | undefined {
  const isTag = (name: string) => {
    const tags = branches.map((branch) => branch.properties?.[name]);
    const values = tags.flatMap((tag) => (tag?.type === 'string' ? (tag.enum ?? []) : []));
    return (
      tags.every((tag) => tag?.type === 'string' && (tag.enum?.length ?? 0) > 0) &&
      new Set(values).size === values.length
    );
  };
  return branches[0]?.required?.find((name) => branches.every((b) => b.required?.includes(name)) && isTag(name));
}

const liftable = new Set(['type', 'properties', 'required', 'additionalProperties', 'description', 'title']);

function checkBranch(branch: JsonSchema, path: string): void {
  const odd = Object.keys(branch).find((keyword) => !liftable.has(keyword));
  if (odd !== undefined || branch.additionalProperties) {
    throw new SchemaRefusal(path, {
      what: `"${odd ?? 'additionalProperties'}" on one form of a union`,
      remedy: 'put it on the union or on a field inside',
    });
  }
}

type Field = { readonly name: string; readonly property: JsonSchema };

function checkField({ name, property }: Field, branches: readonly JsonSchema[], path: string): void {
  const others = branches.map((branch) => branch.properties?.[name]);
  if (others.some((other) => other && !isDeepStrictEqual(other, property))) {
    throw new SchemaRefusal(path, {
      what: 'a field with different schemas in the forms of a union',
      remedy: 'give it the same schema in every form, or two names',
    });
  }
  if (property.default !== undefined && others.includes(undefined)) {
    throw new SchemaRefusal(path, {
      what: 'a default on a field that only some forms of a union have',
      remedy: 'make it optional and fill it in the operator: the server would add it to every form',
    });
  }
}

/** All fields of all forms, side by side; one name must mean one schema. */
function liftProperties(branches: readonly JsonSchema[], tag: string, path: string): Record<string, JsonSchema> {
  const lifted: Record<string, JsonSchema> = {};
  for (const [name, property] of branches.flatMap((branch) => Object.entries(branch.properties ?? {}))) {
    if (name !== tag) {
      checkField({ name, property }, branches, `${path}.${name}`);
    }
    lifted[name] ??= property;
  }
  const tags = branches.map((branch) => branch.properties?.[tag] ?? {});
  return { ...lifted, [tag]: { ...tags[0], enum: tags.flatMap((each) => each.enum ?? []) } };
}

function discriminatedUnion(branches: readonly JsonSchema[], tag: string, path: string): JsonSchema {
  for (const branch of branches) {
    checkBranch(branch, path);
  }
  const properties = liftProperties(branches, tag, path);
  const oneOf = branches.map((branch) => {
    const foreign = Object.keys(properties).filter((name) => !branch.properties?.[name]);
    return {
      properties: { [tag]: { enum: branch.properties?.[tag]?.enum ?? [] } },
      ...(branch.required ? { required: branch.required } : {}),
      ...(foreign.length > 0 ? { not: { anyOf: foreign.map((name) => ({ required: [name] })) } } : {}),
    };
  });
  return { type: 'object', properties, required: [tag], oneOf };
}

function combined(branches: readonly JsonSchema[], path: string): JsonSchema {
  const [only] = branches;
  if (only && branches.length === 1) {
    return only;
  }
  const marked = branches.find((branch) => branch[refusalKey])?.[refusalKey];
  if (marked) {
    throw new SchemaRefusal(path, marked);
  }
  if (branches.every((branch) => branch.enum !== undefined)) {
    return mergeEnums(branches, path);
  }
  if (isIntOrString(branches)) {
    return intOrStringOf(branches, path);
  }
  const tag = branches.every(({ type }) => type === 'object') ? discriminatorOf(branches) : undefined;
  if (tag === undefined) {
    throw new SchemaRefusal(path, mixedUnion);
  }
  return discriminatedUnion(branches, tag, path);
}

/**
 * The schema with its `anyOf`/`oneOf` replaced by the structural form of the same union: one enumeration, int-or-string, or
 * one object whose `oneOf` says which fields belong to which value of the discriminator. What stands beside the union
 * (description, default, nullable, `x-kubernetes-*`) stays. Schemas without a union come back unchanged.
 *
 * @throws SchemaRefusal for every other union.
 */
export function foldUnion(schema: JsonSchema, path: string): JsonSchema {
  const { anyOf, oneOf, ...outer } = schema;
  const branches = (anyOf ?? oneOf)?.filter((branch) => !isNothing(branch)).map((branch) => foldAllOf(branch, path));
  if (!branches || branches.length === 0) {
    return schema;
  }
  if (anyOf && oneOf) {
    throw new SchemaRefusal(path, mixedUnion);
  }
  const inner = branches.map((branch) => foldUnion(branch, path));
  return { ...combined(inner, path), ...outer };
}
