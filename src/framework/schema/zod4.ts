import { z } from 'zod';
import { losesCheck } from './checked.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { lostFlags } from './patterns.ts';
import { type Refusal, refusalKey, SchemaRefusal } from './refusal.ts';
import { refusalOfFlags, refusals } from './zod-refusals.ts';

type Draft = { -readonly [K in keyof JsonSchema]: JsonSchema[K] } & { id?: unknown };

/** Zod's name of a string format → the format the API server checks, so that zod's own pattern is not needed beside it. */
const serverFormatOf: Readonly<Record<string, string>> = {
  url: 'uri',
  email: 'email',
  hostname: 'hostname',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  mac: 'mac',
  uuid: 'uuid',
  guid: 'uuid',
  date: 'date',
  datetime: 'date-time',
};

const refusedTypes: Readonly<Record<string, Refusal>> = {
  tuple: refusals.tuple,
  set: refusals.set,
  map: refusals.map,
  undefined: refusals.nothing,
  void: refusals.nothing,
  never: refusals.nothing,
  null: refusals.null,
  nan: refusals.nan,
  symbol: refusals.code,
  function: refusals.code,
  file: refusals.code,
  promise: refusals.code,
  custom: refusals.code,
  catch: refusals.catch,
};

type StringFormat = { readonly format: string; readonly pattern: RegExp | undefined };

function stringFormatsOf(def: z.core.$ZodTypeDef): StringFormat[] {
  const own = 'format' in def ? [def as unknown] : [];
  const checks = (def.checks ?? []).map((check) => check._zod.def as unknown);
  return [...own, ...checks].flatMap((candidate) => {
    const { format, pattern, check } = candidate as { format?: unknown; pattern?: unknown; check?: unknown };
    return check === 'string_format' && typeof format === 'string'
      ? [{ format, pattern: pattern instanceof RegExp ? pattern : undefined }]
      : [];
  });
}

/** Rewrites format and patterns from the checks themselves: zod drops the format when there is more than one pattern. */
function restateString(def: z.core.$ZodTypeDef, draft: Draft): void {
  const formats = stringFormatsOf(def);
  const known = formats.find(({ format }) => serverFormatOf[format] !== undefined);
  const patterns = formats.flatMap((each) => (each !== known && each.pattern ? [each.pattern] : []));
  const flags = patterns.map(lostFlags).join('');
  if (flags !== '') {
    draft[refusalKey] = refusalOfFlags(flags);
  }
  if (known) {
    draft.format = serverFormatOf[known.format] ?? '';
    delete draft.pattern;
    delete draft.allOf;
    draft.allOf = patterns.map(({ source }) => ({ pattern: source }));
  }
  if (formats.some(({ format }) => format === 'duration')) {
    draft[refusalKey] = refusals.duration;
  }
}

function restateCoercible(def: z.core.$ZodTypeDef, draft: Draft): void {
  const coerced = 'coerce' in def && def.coerce === true;
  if (def.type === 'date') {
    Object.assign(draft, coerced ? { type: 'string', format: 'date-time' } : { [refusalKey]: refusals.date });
  }
  if (def.type === 'bigint') {
    Object.assign(draft, coerced ? { type: 'integer', format: 'int64' } : { [refusalKey]: refusals.bigint });
  }
}

function isJsonScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function restate(schema: z.core.$ZodType, draft: Draft): void {
  const def = schema._zod.def;
  const refused = refusedTypes[def.type];
  if (refused) {
    draft[refusalKey] = refused;
  }
  if (def.type === 'string') {
    restateString(def, draft);
  }
  if (losesCheck(schema)) {
    draft[refusalKey] = refusals.refine;
  }
  if ('values' in def && Array.isArray(def.values) && def.values.some((value) => !isJsonScalar(value))) {
    draft[refusalKey] = refusals.code;
  }
  restateCoercible(def, draft);
}

/** Zod's own converter, with what its output would hide put back or marked as refused. See `jsonSchemaOf`. */
export function jsonSchemaOfZod4(schema: z.core.$ZodType): JsonSchema {
  try {
    return z.toJSONSchema(schema, {
      target: 'openapi-3.0',
      io: 'input',
      cycles: 'throw',
      reused: 'inline',
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => restate(zodSchema, jsonSchema as Draft),
    }) as JsonSchema;
  } catch (error) {
    const place = /Cycle detected: #\/?(.*?)\/?<root>/.exec(error instanceof Error ? error.message : '')?.[1];
    if (place === undefined) {
      throw error;
    }
    throw new SchemaRefusal(place || '(root)', { ...refusals.recursion, cause: error });
  }
}
