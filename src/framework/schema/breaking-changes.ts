import { isDeepStrictEqual } from 'node:util';
import type { CrdManifest } from './crd.ts';
import { rulesIn } from './fields.ts';
import type { JsonSchema } from './openapi-schema.ts';

type Crd = Pick<CrdManifest, 'spec'>;
type Version = Crd['spec']['versions'][number];

/**
 * What in a newer CRD breaks manifests, stored objects or clients of an older one, one sentence each; nothing when every
 * object that the old one took is taken by the new one and means the same.
 */
export function breakingChanges(before: Crd, after: Crd): string[] {
  return [
    ...changesOfNames(before, after),
    ...before.spec.versions.flatMap((version) => changesOfVersion(version, after)),
  ];
}

function changesOfNames({ spec: before }: Crd, { spec: after }: Crd): string[] {
  const gone = (before.names.shortNames ?? []).filter((name) => !after.names.shortNames?.includes(name));
  return [
    ...(before.scope === after.scope ? [] : [`the scope is ${after.scope} and was ${before.scope}`]),
    ...(['kind', 'plural', 'singular'] as const).flatMap((field) =>
      before.names[field] === after.names[field]
        ? []
        : [`the ${field} is ${after.names[field]} and was ${before.names[field]}`],
    ),
    ...gone.map((name) => `the short name ${name} is gone`),
  ];
}

function changesOfVersion(before: Version, { spec }: Crd): string[] {
  const after = spec.versions.find(({ name }) => name === before.name);
  if (!after) {
    return [`version ${before.name} is not served any more`];
  }
  const lost = Object.keys(before.subresources).filter((name) => !(name in after.subresources));
  return [
    ...lost.map((name) => `${before.name}: the subresource ${name} is gone`),
    ...changesOf(before.schema.openAPIV3Schema, after.schema.openAPIV3Schema, before.name),
  ];
}

/** Compares two schemas of one field. */
function changesOf(before: JsonSchema, after: JsonSchema, path: string): string[] {
  const form = formOf(before) === formOf(after) ? [] : [`${path}: is ${formOf(after)} and was ${formOf(before)}`];
  return form.length > 0
    ? form
    : [
        ...narrowings(before, after, path),
        ...changesOfFields(before, after, path),
        ...changesOfItems(before, after, path),
      ];
}

function formOf(schema: JsonSchema): string {
  return schema['x-kubernetes-int-or-string'] ? 'a number or a string' : (schema.type ?? 'anything');
}

/** Keywords by which more is refused when they are new or another value stands there. */
const EXACT = [
  'pattern',
  'format',
  'multipleOf',
  'allOf',
  'oneOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
] as const;
const LEAST = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const MOST = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;

function narrowings(before: JsonSchema, after: JsonSchema, path: string): string[] {
  const exact = EXACT.filter((word) => after[word] !== undefined && !isDeepStrictEqual(before[word], after[word]));
  const least = LEAST.filter((word) => (after[word] ?? -Infinity) > (before[word] ?? -Infinity));
  const most = MOST.filter((word) => (after[word] ?? Infinity) < (before[word] ?? Infinity));
  return [
    ...[...exact, ...least, ...most].map(
      (word) => `${path}: ${word} is ${text(after[word])} and was ${text(before[word])}`,
    ),
    ...lostValues(before, after).map((value) => `${path}: the value ${text(value)} is not taken any more`),
    ...newRules(before, after).map((rule) => `${path}: the rule ${text(rule)} is new`),
    ...(before.nullable && !after.nullable ? [`${path}: null is not taken any more`] : []),
  ];
}

function lostValues(before: JsonSchema, after: JsonSchema): unknown[] {
  const values = after.enum;
  if (!values) {
    return [];
  }
  return before.enum ? before.enum.filter((value) => !values.includes(value)) : ['(any other)'];
}

function newRules(before: JsonSchema, after: JsonSchema): string[] {
  const known = rulesIn(before).map(({ rule }) => rule);
  return rulesIn(after).flatMap(({ rule }) => (known.includes(rule) ? [] : [rule]));
}

function changesOfFields(before: JsonSchema, after: JsonSchema, path: string): string[] {
  const fields = Object.entries(before.properties ?? {});
  const required = (after.required ?? []).filter((name) => !before.required?.includes(name));
  return [
    ...required.map((name) => `${path}.${name}: is required and was not`),
    ...fields.flatMap(([name, field]) => changesOfField({ name, field }, { before, after }, path)),
  ];
}

type Field = { readonly name: string; readonly field: JsonSchema };
type Objects = { readonly before: JsonSchema; readonly after: JsonSchema };

function changesOfField({ name, field }: Field, { before, after }: Objects, path: string): string[] {
  const place = `${path}.${name}`;
  const now = after.properties?.[name];
  if (!now) {
    return after['x-kubernetes-preserve-unknown-fields'] === true ? [] : [`${place}: is gone`];
  }
  // Manifests that had to have the field are not concerned.
  const isSame = before.required?.includes(name) || isDeepStrictEqual(field.default, now.default);
  const standard = `${place}: the default is ${text(now.default)} and was ${text(field.default)}`;
  return [...changesOf(field, now, place), ...(isSame ? [] : [standard])];
}

function changesOfItems(before: JsonSchema, after: JsonSchema, path: string): string[] {
  return (['items', 'additionalProperties'] as const).flatMap((keyword) => {
    const [old, now] = [before[keyword], after[keyword]];
    const place = keyword === 'items' ? `${path}[]` : `${path}.*`;
    if (typeof old !== 'object') {
      return [];
    }
    return typeof now === 'object' ? changesOf(old as JsonSchema, now as JsonSchema, place) : [`${place}: is gone`];
  });
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
