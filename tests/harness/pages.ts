import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect } from 'vitest';
import { directoryOf } from '../../scripts/kind-names.ts';

/** What tests read of the documentation, to hold it to the sources. */

export const ROOT = join(import.meta.dirname, '../..');

/** A file of the repository. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The files below a folder whose names end so. */
export function filesIn(folder: string, extension: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => posix.join(folder, name));
}

/** A piece of code on a page. */
export const FENCED = /^ *```[\s\S]*?^ *```/gm;

/** Text without fenced code, in which brackets are no links and `#` begins a comment. */
export function proseOf(text: string): string {
  return text.replaceAll(FENCED, '');
}

/** The words of a union of strings that stands after `start` in a source. */
export function unionAfter(source: string, start: string): string[] {
  const from = source.indexOf(start);
  expect(from, `the source has ${start}`).toBeGreaterThan(-1);
  const text = source.slice(from + start.length, source.indexOf(';', from));
  return [...text.matchAll(/'([A-Za-z]+)'/g)].map(([, word = '']) => word);
}

export type Table = readonly (readonly string[])[];

/** The tables under a heading: their cells row by row, without head and rule. */
export function tablesUnder(page: string, heading: string): Table[] {
  const [, rest = ''] = read(page).split(new RegExp(`^## ${heading}$`, 'm'));
  const section = rest.split(/^## /m)[0] ?? '';
  const tables = [...section.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => table.trim().split('\n').slice(2));
  return tables.map((rows) => rows.map((row) => row.split(/(?<!\\)\|/).slice(1, -1)));
}

/** What stands in code in one column of a table. */
export function wordsIn(rows: Table = [], column = 0): string[] {
  return rows.flatMap((row) => [...(row[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

/** Reasons stand in the second of four columns, in the table written by hand and in the generated one. */
export function reasonsOf(page: string, heading = 'Conditions and reasons'): string[] {
  const tables = tablesUnder(page, heading).filter(([row]) => row?.length === 4);
  return tables.flatMap((table) => wordsIn(table, 1));
}

/** The page of a kind. */
export function pageOf(kind: string): string {
  return `docs/kinds/${directoryOf(kind)}.md`;
}
