import { ZodFirstPartyTypeKind as kinds, type ZodTypeAny } from 'zod/v3';
import { ignoreOverride, type Options, zodToJsonSchema } from 'zod-to-json-schema';
import { losesCheck } from './checked.ts';
import type { JsonSchema } from './openapi-schema.ts';
import { lostFlags } from './patterns.ts';
import { type Refusal, refusalKey, SchemaRefusal } from './refusal.ts';
import { refusalOfFlags, refusals } from './zod-refusals.ts';

type Def = { readonly typeName?: string; readonly coerce?: boolean; readonly checks?: unknown };
type Override = NonNullable<Options<'openApi3'>['override']>;

const refusedTypes: Readonly<Record<string, Refusal>> = {
  [kinds.ZodTuple]: refusals.tuple,
  [kinds.ZodSet]: refusals.set,
  [kinds.ZodMap]: refusals.map,
  [kinds.ZodUndefined]: refusals.nothing,
  [kinds.ZodVoid]: refusals.nothing,
  [kinds.ZodNever]: refusals.nothing,
  [kinds.ZodNull]: refusals.null,
  [kinds.ZodNaN]: refusals.nan,
  [kinds.ZodSymbol]: refusals.code,
  [kinds.ZodFunction]: refusals.code,
  [kinds.ZodPromise]: refusals.code,
  [kinds.ZodCatch]: refusals.catch,
};

function refusalOfString(checks: unknown): Refusal | undefined {
  const list = (Array.isArray(checks) ? checks : []) as { kind?: unknown; regex?: unknown }[];
  if (list.some(({ kind }) => kind === 'duration')) {
    return refusals.duration;
  }
  const flags = list.map(({ regex }) => (regex instanceof RegExp ? lostFlags(regex) : '')).join('');
  return flags === '' ? undefined : refusalOfFlags(flags);
}

function refusalOf(def: Def): Refusal | undefined {
  switch (def.typeName) {
    case kinds.ZodString:
      return refusalOfString(def.checks);
    case kinds.ZodDate:
      return def.coerce ? undefined : refusals.date;
    case kinds.ZodEffects:
      return losesCheck({ _def: def } as ZodTypeAny) ? refusals.refine : undefined;
    case kinds.ZodBigInt:
      return def.coerce ? undefined : refusals.bigint;
    default:
      return refusedTypes[def.typeName ?? ''];
  }
}

/** The converter would answer recursion with "anything"; an ancestor that comes again is refused instead. */
const refuseRecursion: Override = (_def, refs, seen) => {
  if (
    seen &&
    seen.path.length < refs.currentPath.length &&
    seen.path.every((part, i) => refs.currentPath[i] === part)
  ) {
    throw new SchemaRefusal(seen.path.slice(1).join('/') || '(root)', refusals.recursion);
  }
  return ignoreOverride;
};

/** `zod-to-json-schema`, with what its output would guess marked as refused. See `jsonSchemaOf`. */
export function jsonSchemaOfZod3(schema: ZodTypeAny): JsonSchema {
  return zodToJsonSchema(schema, {
    target: 'openApi3',
    $refStrategy: 'none',
    override: refuseRecursion,
    postProcess: (jsonSchema, def) => {
      const refusal = refusalOf(def as Def);
      return refusal ? Object.assign({ ...jsonSchema }, { [refusalKey]: refusal } as object) : jsonSchema;
    },
  }) as JsonSchema;
}
