import type { JsonSchema } from '../../framework/framework.ts';
import { isObject } from './problem.ts';

/**
 * A value as the API server completes it: members that are `null` and may not be are left out, and defaults are put
 * where nothing is said then.
 */
export function completed(schema: JsonSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = itemsOf(schema);
    return items ? value.map((item) => completed(items, item)) : value;
  }
  return isObject(value) ? completedObject(schema, value) : value;
}

function completedObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { properties = {} } = schema;
  const said = Object.entries(value).flatMap(([name, member]) => {
    const own = memberOf(schema, name);
    const isLeftOut = member === null && own !== undefined && !own.nullable;
    return isLeftOut ? [] : [[name, own ? completed(own, member) : member] as const];
  });
  const names = new Set(said.map(([name]) => name));
  const unsaid = Object.entries(properties).filter(([name, own]) => !names.has(name) && own.default !== undefined);
  const filled = unsaid.map(([name, own]) => [name, completed(own, structuredClone(own.default))] as const);
  return Object.fromEntries([...said, ...filled]);
}

/** The schema of a member; nothing when the server knows nothing of it. */
function memberOf({ properties = {}, additionalProperties }: JsonSchema, name: string): JsonSchema | undefined {
  return properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
}

/** The schema of every item; structural schemas have one for all. */
export function itemsOf({ items }: JsonSchema): JsonSchema | undefined {
  return Array.isArray(items) ? undefined : (items as JsonSchema | undefined);
}
