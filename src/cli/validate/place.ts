import type { JsonSchema } from '../../framework/framework.ts';
import { itemsOf } from './defaults.ts';
import { below, isObject } from './problem.ts';

/** A value, the schema that it is held against, and where it stands. */
export type Place = { readonly schema: JsonSchema; readonly value: unknown; readonly path: string };

/** The members or items of a value that the schema knows, each with its own schema. */
export function partsOf({ schema, value, path }: Place): Place[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items ? value.map((item, index) => ({ schema: items, value: item, path: below(path, index) })) : [];
  }
  const { properties = {}, additionalProperties } = schema;
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  return Object.entries(isObject(value) ? value : {}).flatMap(([name, member]) => {
    const own = properties[name] ?? others;
    return own ? [{ schema: own, value: member, path: below(path, name) }] : [];
  });
}
