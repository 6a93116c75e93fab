import { z } from 'zod';
import type { JsonSchema } from './openapi-schema.ts';

/** One entry of `x-kubernetes-validations`: a CEL rule over `self` (and `oldSelf`) that the API server enforces. */
export type ValidationRule = {
  readonly rule: string;
  readonly message?: string;
  readonly messageExpression?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
  readonly fieldPath?: string;
  readonly optionalOldSelf?: boolean;
};

const validations = 'x-kubernetes-validations';

/** The rules that a JSON schema has at its root. */
export function rulesIn(schema: JsonSchema): readonly ValidationRule[] {
  return (schema[validations] ?? []) as readonly ValidationRule[];
}

/** Words that CEL reserves; Kubernetes lets rules name such fields as `__word__`. Source: KEP-2876. */
const reservedWords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** A field's name as rules have to write it. */
export function celField(name: string): string {
  if (reservedWords.has(name)) {
    return `__${name}__`;
  }
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** What a wrapper such as `.optional()` or `.default()` wraps. */
function innerOf({ _zod: { def } }: z.core.$ZodType): z.core.$ZodType | undefined {
  return 'innerType' in def ? (def.innerType as z.core.$ZodType) : undefined;
}

/** Rules given so far; a wrapper shows those of what it wraps, which its own would replace. */
function rulesOf(schema: z.core.$ZodType): readonly ValidationRule[] {
  const own = z.globalRegistry.get(schema)?.[validations];
  if (Array.isArray(own)) {
    return own;
  }
  const inner = innerOf(schema);
  return inner ? rulesOf(inner) : [];
}

function hasDefault(schema: z.core.$ZodType | undefined): boolean {
  return (
    schema !== undefined && (['default', 'prefault'].includes(schema._zod.def.type) || hasDefault(innerOf(schema)))
  );
}

/**
 * Adds a CEL rule; rules given before stay. A rule on an optional field runs only while the field is present.
 *
 * @example rule(z.object({ min: z.int(), max: z.int() }), { rule: 'self.min <= self.max', message: 'min exceeds max' })
 */
export function rule<T extends z.ZodType>(schema: T, validation: ValidationRule): T {
  return schema.meta({ [validations]: [...rulesOf(schema), validation] });
}

/** The rule of a value that cannot be changed. */
export const UNCHANGED = 'self == oldSelf';

/**
 * Makes a value unchangeable once it is set, at admission. An optional field can still be set later, and then be neither
 * changed nor taken away; what holds it cannot be taken away either.
 */
export function immutable<T extends z.ZodType>(schema: T, message = 'cannot be changed once set'): T {
  return rule(schema, { rule: UNCHANGED, message });
}

function countRule<T extends z.ZodObject>(schema: T, fields: readonly string[], sign: '==' | '<='): T {
  const unknown = fields.find((field) => !(field in schema.shape));
  if (unknown !== undefined || fields.length < 2) {
    throw new TypeError(unknown === undefined ? 'Expected two fields or more' : `The object has no field "${unknown}"`);
  }
  const defaulted = fields.find((field) => hasDefault(schema.shape[field]));
  if (defaulted !== undefined) {
    throw new TypeError(`The field "${defaulted}" has a default, so it is always set`);
  }
  const count = fields.map((field) => `(has(self.${celField(field)}) ? 1 : 0)`).join(' + ');
  const amount = sign === '==' ? 'exactly one' : 'at most one';
  return rule(schema, { rule: `${count} ${sign} 1`, message: `${amount} of ${fields.join(', ')} must be set` });
}

type FieldOf<T extends z.ZodObject> = keyof T['shape'] & string;

/** Of these optional fields exactly one must be present. @throws TypeError for a field with a default or an unknown one. */
export function exactlyOneOf<T extends z.ZodObject>(schema: T, fields: readonly FieldOf<T>[]): T {
  return countRule(schema, fields, '==');
}

/** Of these optional fields one or none may be present. @throws TypeError for a field with a default or an unknown one. */
export function atMostOneOf<T extends z.ZodObject>(schema: T, fields: readonly FieldOf<T>[]): T {
  return countRule(schema, fields, '<=');
}

/**
 * A list whose items are identified by these fields, so that several writers can each own their items (server-side apply) and
 * the server refuses doubles. The keys must be required scalars or have a default.
 */
export function listMap<T extends z.ZodType>(schema: T, keys: readonly [string, ...string[]]): T {
  return schema.meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [...keys] });
}

/** A whole number or a string, as in Service ports and percentages; add `.refine` or {@link rule} for the string's form. */
export function intOrString() {
  return z.union([z.int(), z.string()]);
}
