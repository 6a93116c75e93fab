import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyDefinition, createCrdManifest } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { directoryOf } from '../kind-names.ts';
import { removeOrphans } from './orphans.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = 'docs/kinds';

type Schema = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly 'x-kubernetes-int-or-string'?: boolean;
};

/** Puts a text between the marks `<!-- name -->` and `<!-- /name -->` of a page. A page without them stays as it is. */
export function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  return from < 0 || to < from ? page : `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}

/** The table of a kind's fields, from its schema. */
export function fieldTable(definition: AnyDefinition): string {
  const { olderVersions: _, ...current } = definition;
  const [version] = createCrdManifest(current).spec.versions;
  const root = version?.schema.openAPIV3Schema as Schema | undefined;
  return ['| Field | Type | Default | Meaning |', '|---|---|---|---|', ...rowsOf(root?.properties?.['spec'], '')].join(
    '\n',
  );
}

function rowsOf({ properties = {}, required = [], items }: Schema = {}, path: string): string[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const field = path === '' ? name : `${path}.${name}`;
    const cells = [
      `\`${field}\``,
      typeOf(schema),
      defaultOf(schema, required.includes(name)),
      schema.description ?? '',
    ];
    return [`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`, ...rowsOf(schema, field)];
  });
  return items ? [...own, ...rowsOf(items, `${path}[]`)] : own;
}

function typeOf(schema: Schema): string {
  const { type, minimum, maximum, items } = schema;
  if (schema.enum) {
    return schema.enum.map((value) => `\`${value}\``).join(', ');
  }
  if (schema['x-kubernetes-int-or-string']) {
    return 'integer or string';
  }
  if (type === 'array') {
    return `list of ${items?.type ?? 'anything'}`;
  }
  const bounds = [minimum === undefined ? '' : `from ${minimum}`, maximum === undefined ? '' : `to ${maximum}`];
  return [type ?? 'anything', bounds.filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

function defaultOf(schema: Schema, isRequired: boolean): string {
  if (schema.default !== undefined) {
    return `\`${JSON.stringify(schema.default).replace(/^"(.*)"$/, '$1')}\``;
  }
  return isRequired ? 'required' : '';
}

/** Fills in the table of fields on every kind's page that has a place for it; pages of kinds that are gone go. */
export async function generatePages(): Promise<void> {
  const pages = definitions.map(({ kind }) => `${directoryOf(kind)}.md`);
  const stale = (await readdir(join(ROOT, PAGES))).filter((name) => !pages.includes(name));
  removeOrphans(
    ROOT,
    stale.map((name) => `${PAGES}/${name}`),
  );
  for (const definition of definitions) {
    const path = join(ROOT, PAGES, `${directoryOf(definition.kind)}.md`);
    if (existsSync(path)) {
      const text = await readFile(path, 'utf8');
      await writeFile(path, between(text, 'fields', fieldTable(definition)));
    }
  }
}
