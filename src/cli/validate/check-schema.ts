import { isDeepStrictEqual } from 'node:util';
import type { JsonSchema } from '../../framework/framework.ts';
import { type Place, partsOf } from './place.ts';
import { below, isObject, type Problem } from './problem.ts';
import { numberFaults, stringFaults } from './scalar-faults.ts';

/** Takes note of what is found. */
export type Findings = {
  readonly problems: Problem[];
  readonly unchecked: Set<string>;
};

/** Holds a value, completed by its defaults, against a structural schema, as the API server does. */
export function checkSchema({ schema, value, path }: Place, findings: Findings): void {
  const wrong = (message: string) => void findings.problems.push({ field: path, message, by: 'schema' });
  if (value === null && schema.nullable) {
    return;
  }
  if (!hasType(schema, value)) {
    wrong(`must be ${schema['x-kubernetes-int-or-string'] ? 'an integer or a string' : `of type ${schema.type}`}`);
    return;
  }
  if (schema.enum && !schema.enum.some((each) => isDeepStrictEqual(each, value))) {
    wrong(`must be one of ${schema.enum.map((each) => JSON.stringify(each)).join(', ')}`);
  }
  for (const message of [...numberFaults(schema, value), ...stringFaults(schema, value, findings.unchecked)]) {
    wrong(message);
  }
  checkList({ schema, value, path }, findings);
  checkObject({ schema, value, path }, findings);
  checkCombinations({ schema, value, path }, findings);
  for (const part of partsOf({ schema, value, path })) {
    checkSchema(part, findings);
  }
}

function hasType(schema: JsonSchema, value: unknown): boolean {
  if (schema['x-kubernetes-int-or-string']) {
    return typeof value === 'string' || Number.isInteger(value);
  }
  switch (schema.type) {
    case undefined:
      return value !== null || schema['x-kubernetes-preserve-unknown-fields'] === true;
    case 'integer':
      return Number.isInteger(value);
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'string':
      // The server takes a list for a text that has a format; the check of the kind itself does not.
      return typeof value === 'string' || (Array.isArray(value) && schema.format !== undefined);
    default:
      return typeof value === schema.type;
  }
}

function checkList({ schema, value, path }: Place, findings: Findings): void {
  if (!Array.isArray(value)) {
    return;
  }
  const wrong = (message: string) => void findings.problems.push({ field: path, message, by: 'schema' });
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (value.length < minItems || value.length > maxItems) {
    wrong(value.length < minItems ? `must have at least ${minItems} items` : `must have at most ${maxItems} items`);
  }
  for (const double of doublesIn(schema, value)) {
    wrong(`has ${double} twice`);
  }
}

/** Items that a list may have only once, by what identifies them. */
function doublesIn(schema: JsonSchema, items: readonly unknown[]): string[] {
  const type = schema['x-kubernetes-list-type'];
  const isUnique = schema.uniqueItems || type === 'set' || type === 'map';
  const keys = type === 'map' ? (schema['x-kubernetes-list-map-keys'] as readonly string[]) : undefined;
  const identities = items.map((item) =>
    JSON.stringify(keys ? keys.map((key) => (isObject(item) ? item[key] : undefined)) : item),
  );
  return isUnique ? [...new Set(identities.filter((each, index) => identities.indexOf(each) !== index))] : [];
}

function checkObject({ schema, value, path }: Place, findings: Findings): void {
  if (!isObject(value)) {
    return;
  }
  const wrong = (field: string, message: string) => void findings.problems.push({ field, message, by: 'schema' });
  for (const name of (schema.required ?? []).filter((each) => !(each in value))) {
    wrong(below(path, name), 'is required');
  }
  for (const name of unknownIn(schema, value)) {
    wrong(below(path, name), 'is not a field of this kind');
  }
  const count = Object.keys(value).length;
  const { minProperties = 0, maxProperties = count } = schema;
  if (count < minProperties || count > maxProperties) {
    wrong(path, `must have ${count < minProperties ? `${minProperties} members or more` : `${maxProperties} at most`}`);
  }
}

/** Members that the schema has no place for: `kubectl apply` refuses them. */
function unknownIn(schema: JsonSchema, value: Readonly<Record<string, unknown>>): string[] {
  const { type, properties = {}, additionalProperties = false } = schema;
  const isOpen = additionalProperties !== false || schema['x-kubernetes-preserve-unknown-fields'] === true;
  return isOpen || type !== 'object' ? [] : Object.keys(value).filter((name) => !(name in properties));
}

/** Of a combination it is only told that it does not hold: which branch was meant is not known. */
function checkCombinations({ schema, value, path }: Place, findings: Findings): void {
  const wrong = (message: string) => void findings.problems.push({ field: path, message, by: 'schema' });
  const count = (branches: readonly JsonSchema[]) =>
    branches.filter((branch) => holds({ schema: branch, value, path }, findings)).length;
  const { allOf = [], anyOf, oneOf, not } = schema;
  for (const branch of allOf) {
    checkSchema({ schema: branch, value, path }, findings);
  }
  if (anyOf && count(anyOf) === 0) {
    wrong('must be one of several forms, and is none');
  }
  if (oneOf && count(oneOf) !== 1) {
    wrong('must be exactly one of several forms');
  }
  if (not && count([not]) > 0) {
    wrong('has a form that is not allowed');
  }
}

function holds(place: Place, { unchecked }: Findings): boolean {
  const findings = { problems: [], unchecked };
  checkSchema(place, findings);
  return findings.problems.length === 0;
}
