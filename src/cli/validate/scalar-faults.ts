import type { JsonSchema } from '../../framework/framework.ts';
import { hasFormat } from './formats.ts';

/** What a schema finds wrong with a number; nothing with anything else. */
export function numberFaults(schema: JsonSchema, value: unknown): string[] {
  return typeof value === 'number' ? [...rangeFaults(schema, value), ...shapeFaults(schema, value)] : [];
}

function rangeFaults(schema: JsonSchema, value: number): string[] {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  const isTooSmall = schema.exclusiveMinimum ? value <= minimum : value < minimum;
  const isTooBig = schema.exclusiveMaximum ? value >= maximum : value > maximum;
  return [
    ...(isTooSmall ? [`must be ${schema.exclusiveMinimum ? 'greater than' : 'at least'} ${minimum}`] : []),
    ...(isTooBig ? [`must be ${schema.exclusiveMaximum ? 'less than' : 'at most'} ${maximum}`] : []),
  ];
}

function shapeFaults({ multipleOf, format = 'double' }: JsonSchema, value: number): string[] {
  return [
    ...(multipleOf !== undefined && value % multipleOf !== 0 ? [`must be a multiple of ${multipleOf}`] : []),
    ...(hasFormat(format, value) === false ? [`must fit ${format}`] : []),
  ];
}

/** What a schema finds wrong with a text; nothing with anything else. What cannot be told here goes into `unchecked`. */
export function stringFaults(schema: JsonSchema, value: unknown, unchecked: Set<string>): string[] {
  if (typeof value !== 'string') {
    return [];
  }
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = schema;
  const length = [...value].length;
  const isFormatted = format === undefined ? true : hasFormat(format, value);
  if (isFormatted === undefined) {
    unchecked.add(`the format ${format}`);
  }
  return [
    ...(length < minLength ? [`must have at least ${minLength} characters`] : []),
    ...(length > maxLength ? [`must have at most ${maxLength} characters`] : []),
    ...(pattern !== undefined && matches(pattern, value, unchecked) === false ? [`must match ${pattern}`] : []),
    ...(isFormatted === false ? [`must have the format ${format}`] : []),
  ];
}

/** The server's expressions are Go's; those that mean nothing here are told. */
function matches(pattern: string, value: string, unchecked: Set<string>): boolean | undefined {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    unchecked.add(`the pattern ${pattern}`);
    return undefined;
  }
}
