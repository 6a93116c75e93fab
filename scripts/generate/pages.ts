import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { definitions } from '../../src/resources/resources.ts';
import { directoryOf } from '../kind-names.ts';
import { fieldTable } from './field-table.ts';
import { removeOrphans } from './orphans.ts';
import { reasonTable, reasonTableOf } from './reasons.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = 'docs/kinds';
const CONDITIONS = 'docs/conditions.md';

/** Puts a text between the marks `<!-- name -->` and `<!-- /name -->` of a page. A page without them stays as it is. */
export function between(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  return from < 0 || to < from ? page : `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`;
}

/** The kinds, as the front page lists them. */
function kindTable(): string {
  const rows = definitions.map(({ kind, group, version, description = '' }) => {
    return `| [\`${kind}\`](${PAGES}/${directoryOf(kind)}.md) | ${description} | \`${group}/${version}\` |`;
  });
  return ['| Kind | What it does | Group |', '|---|---|---|', ...rows].join('\n');
}

/** Fills in the tables on every kind's page that has places for them; pages of kinds that are gone go. */
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
      const withFields = between(text, 'fields', fieldTable(definition));
      await writeFile(path, between(withFields, 'reasons', reasonTableOf(definition, withFields)));
    }
  }
  await fillIn(CONDITIONS, 'reasons', reasonTable());
  await fillIn('README.md', 'kinds', kindTable());
}

async function fillIn(page: string, name: string, table: string): Promise<void> {
  const path = join(ROOT, page);
  await writeFile(path, between(await readFile(path, 'utf8'), name, table));
}
