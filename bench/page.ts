import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const PAGE = join(import.meta.dirname, '../docs/performance.md');
const BEGIN = '<!-- made by npm run bench -->';
const END = '<!-- end -->';

/** Replaces what the page says was measured. @throws Error when the page has no place for it. */
export async function writePage(report: string): Promise<void> {
  const text = await readFile(PAGE, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new Error(`${PAGE} has not got ${BEGIN} and ${END}`);
  }
  await writeFile(PAGE, `${text.slice(0, begin + BEGIN.length)}\n\n${report}\n\n${text.slice(end)}`);
}
