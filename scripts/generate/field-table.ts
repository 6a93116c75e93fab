import { crdOf } from '../../src/cli/crds.ts';
import { type AnyDefinition, type JsonSchema, rulesIn } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { directoryOf } from '../kind-names.ts';
import { kubernetesTypeOf } from './kubernetes-own.ts';

const HEAD = ['| Field | Type | Default | Meaning |', '|---|---|---|---|'];

/** Names of types that are known by their pattern, as in `quantity()` and `duration()`. */
const NAMED_PATTERNS: readonly (readonly [mark: string, name: string])[] = [
  ['[KMGTPE]i', '[quantity](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)'],
  ['ns|us|µs|ms|s|m|h', 'duration, as `1h30m`'],
];

/** The table of a kind's fields, from its schema, and what rules the spec as a whole has to keep. */
export function fieldTable(definition: AnyDefinition): string {
  const [{ schema }] = crdOf(definition).spec.versions;
  const spec = schema.openAPIV3Schema.properties?.['spec'] ?? {};
  const rows = rowsOf(spec, '').map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return [...HEAD, ...rows.map((row) => linked(row, definition.kind)), ...rulesOfSpec(spec)].join('\n');
}

type Cells = readonly [field: string, type: string, standard: string, meaning: string];

function rowsOf({ properties = {}, required = [], items }: JsonSchema, path: string): Cells[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const field = path === '' ? name : `${path}.${name}`;
    const cells: Cells = [
      `\`${field}\``,
      typeOf(schema),
      defaultOf(schema, required.includes(name)),
      meaningOf(schema),
    ];
    return [cells, ...(isKubernetesOwn(schema) ? [] : rowsOf(schema, field))];
  });
  return isOne(items) ? [...own, ...rowsOf(items, `${path}[]`)] : own;
}

function isOne(items: JsonSchema['items']): items is JsonSchema {
  return items !== undefined && !Array.isArray(items);
}

/** Whether Kubernetes' own pages describe what is in a field. */
function isKubernetesOwn(schema: JsonSchema): boolean {
  return [schema, schema.items].some((each) => isOne(each) && kubernetesTypeOf(each) !== undefined);
}

function typeOf(schema: JsonSchema): string {
  const own = kubernetesTypeOf(schema);
  if (own) {
    return `[${own.name}](${own.url})`;
  }
  if (schema.enum) {
    return schema.enum.map((value) => `\`${value}\``).join(', ');
  }
  const named = NAMED_PATTERNS.find(([mark]) => schema.pattern?.includes(mark));
  return named?.[1] ?? [formOf(schema), boundsOf(schema)].filter(Boolean).join(', ');
}

function formOf(schema: JsonSchema): string {
  const { type = 'anything', items, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string']) {
    return 'integer or string';
  }
  if (type === 'array') {
    return `list of ${isOne(items) ? formOfItems(items) : 'anything'}`;
  }
  return typeof additionalProperties === 'object' ? `map of ${typeOf(additionalProperties)}` : type;
}

function formOfItems(items: JsonSchema): string {
  const { maxLength: _, ...item } = items;
  return items.type === 'object' && !kubernetesTypeOf(items) ? 'objects' : typeOf(item);
}

function boundsOf({ minimum, maximum, maxLength, minItems, maxItems }: JsonSchema): string {
  const length = maxLength === undefined ? '' : `up to ${maxLength} characters`;
  const entries = spanOf(minItems, maxItems);
  return [length, entries && `${entries} entries`, spanOf(minimum, maximum)].filter(Boolean).join(', ');
}

function spanOf(least: number | undefined, most: number | undefined): string {
  const ends = [least === undefined ? '' : `from ${least}`, most === undefined ? '' : `up to ${most}`];
  return ends.filter(Boolean).join(' ');
}

function defaultOf(schema: JsonSchema, isRequired: boolean): string {
  if (schema.default !== undefined) {
    return `\`${JSON.stringify(schema.default).replace(/^"(.*)"$/, '$1')}\``;
  }
  return isRequired ? 'required' : '';
}

function messagesOf(schema: JsonSchema): string[] {
  return rulesIn(schema).flatMap(({ message }) => message ?? []);
}

/** What the field is for, and the rules that the API server checks, in the words in which it refuses. */
function meaningOf(schema: JsonSchema): string {
  const rules = [schema, schema.items].flatMap((each) => (isOne(each) ? messagesOf(each) : []));
  const sentences = [schema.description ?? '', ...rules.map((rule) => `Rule: ${rule}.`)];
  return escaped(sentences.filter(Boolean).join(' '));
}

/** A description is plain text, as `kubectl explain` shows it. */
function escaped(text: string): string {
  return text.replaceAll('<', '\\<').replaceAll('*', '\\*');
}

function rulesOfSpec(spec: JsonSchema): string[] {
  const rules = messagesOf(spec);
  return rules.length === 0 ? [] : ['', `Rules: ${rules.map(escaped).join('; ')}.`];
}

/** Names of other kinds lead to their pages. */
function linked(row: string, kind: string): string {
  const others = definitions.map((other) => other.kind).filter((other) => other !== kind);
  return others.reduce(
    (text, other) => text.replace(new RegExp(`\\b${other}\\b`), `[${other}](${directoryOf(other)}.md)`),
    row,
  );
}
