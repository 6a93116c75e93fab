import type { Environment } from '@marcbachmann/cel-js';
import { celField, type JsonSchema, messageOf, rulesIn, type ValidationRule } from '../../framework/framework.ts';
import type { Findings } from './check-schema.ts';
import { itemsOf } from './defaults.ts';
import { type Place, partsOf } from './place.ts';
import { isObject } from './problem.ts';

/** How a rule came out. */
type Outcome = 'holds' | 'broken' | 'unknown';

/** What the server knows and the library does not: such a rule is not judged here. */
const NOT_KNOWN_HERE = /overload|unknown|not (?:supported|found)|unexpected/i;

/** Values that the server's rules see as something else than a text. */
const SEEN_OTHERWISE = /"format":"(?:duration|byte|cidr|ipv4|ipv6|uri)"/;

/**
 * Asks the CEL rules of a schema about a value, as the API server does of a new object. Rules about changes need an
 * earlier one, and are not asked then. The library is loaded here, because the running operator never needs it.
 */
export async function checkRules(place: Place, findings: Findings): Promise<void> {
  if (!JSON.stringify(place.schema).includes('x-kubernetes-validations')) {
    return;
  }
  const { Environment } = await import('@marcbachmann/cel-js');
  visit(place, findings, new Environment({ unlistedVariablesAreDyn: true }));
}

function visit(place: Place, findings: Findings, environment: Environment): void {
  if (place.value === null || place.value === undefined) {
    return;
  }
  for (const rule of rulesIn(place.schema)) {
    ask(rule, place, { findings, environment });
  }
  for (const part of partsOf(place)) {
    visit(part, findings, environment);
  }
}

type Asking = { readonly findings: Findings; readonly environment: Environment };

function ask(rule: ValidationRule, place: Place, { findings, environment }: Asking): void {
  const isAboutChange = /\boldSelf\b/.test(rule.rule);
  if (isAboutChange && !rule.optionalOldSelf) {
    return;
  }
  const outcome = isAboutChange || isSeenOtherwise(rule, place.schema) ? 'unknown' : judge(rule, place, environment);
  if (outcome === 'unknown') {
    findings.unchecked.add(`the rule ${rule.rule} of ${place.path}`);
  } else if (outcome === 'broken') {
    const field = rule.fieldPath ? place.path + rule.fieldPath : place.path;
    findings.problems.push({ field, message: rule.message ?? `must keep the rule ${rule.rule}`, by: 'rule' });
  }
}

/** Of an object only the fields that the rule names, unless it looks at the whole. */
function isSeenOtherwise({ rule }: ValidationRule, schema: JsonSchema): boolean {
  const { properties = {}, ...whole } = schema;
  const looksAtWhole = /\bself\b(?!\.)/.test(rule);
  const seen = Object.entries(properties).filter(([name]) => looksAtWhole || rule.includes(celField(name)));
  return SEEN_OTHERWISE.test(JSON.stringify([...seen, whole]));
}

function judge({ rule }: ValidationRule, { schema, value }: Place, environment: Environment): Outcome {
  try {
    const result: unknown = environment.evaluate(rule, { self: celValue(schema, value) });
    if (typeof result !== 'boolean') {
      return 'unknown';
    }
    return result ? 'holds' : 'broken';
  } catch (error) {
    // A rule that fails, because of a missing key for example, refuses the object. A rule of which nothing is known does not.
    return /no such key|out of bounds|by zero/i.test(messageOf(error)) && !NOT_KNOWN_HERE.test(messageOf(error))
      ? 'broken'
      : 'unknown';
  }
}

/** A value as rules see it: whole numbers are not the same as others, and names that CEL reserves are written otherwise. */
function celValue(schema: JsonSchema, value: unknown): unknown {
  if (typeof value === 'number') {
    return schema.type === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  }
  if (schema.format === 'date-time' && typeof value === 'string') {
    return new Date(value);
  }
  if (Array.isArray(value)) {
    const items = itemsOf(schema) ?? {};
    return value.map((item) => celValue(items, item));
  }
  return isObject(value) ? celObject(schema, value) : value;
}

function celObject({ properties, additionalProperties }: JsonSchema, value: Readonly<Record<string, unknown>>): object {
  const others = typeof additionalProperties === 'object' ? additionalProperties : {};
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const own = properties?.[name];
      return [own ? celField(name) : name, celValue(own ?? others, member)];
    }),
  );
}
