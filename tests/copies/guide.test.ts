import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../harness/repository-copy.ts';
import { type Fence, fencesOf } from './fences.ts';

/** The guide, followed from its first line to its last in a copy of the repository. */
const fences = fencesOf(readFileSync(join(import.meta.dirname, '../../docs/write-a-kind.md'), 'utf8'));

let copy: RepositoryCopy;

beforeAll(() => {
  copy = RepositoryCopy.create();
});
afterAll(() => copy?.remove());

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy.folder, path)), { recursive: true });
  writeFileSync(join(copy.folder, path), text);
}

/** Adds rows below the head of the first table under a heading: `page.md#events`. */
function addRows(place: string, rows: string): void {
  const [path = '', anchor = ''] = place.split('#');
  const text = readFileSync(join(copy.folder, path), 'utf8');
  const heading = anchor.replaceAll('-', ' ');
  const head = new RegExp(`^## ${heading}\n[^#]*?^\\|.*\\n\\|[-|]+\\|\n`, 'im');
  const added = text.replace(head, (start) => start + rows);
  expect(added, `${path} has a table under ${heading}`).not.toBe(text);
  writeFileSync(join(copy.folder, path), added);
}

async function follow({ language, about, text }: Fence): Promise<void> {
  const [verb, path] = about.split('=');
  if (verb === 'file' && path) {
    write(path, text);
  } else if (verb === 'add' && path) {
    addRows(path, text);
  } else if (language === 'sh' && about === 'run') {
    for (const line of text.trim().split('\n')) {
      await copy.run('sh', '-c', line);
    }
  }
}

test('every piece beside the way compiles, and is as the linter wants it', async () => {
  const pieces = fences.filter(({ about }) => about === 'check');
  expect(pieces).toHaveLength(12);
  const folders = pieces.map(({ text }, index) => {
    write(`src/resources/piece-${index}/piece-${index}.ts`, text);
    return `src/resources/piece-${index}`;
  });
  await copy.run('tsc', '-p', 'tsconfig.json');
  await copy.run('biome', 'lint', '--error-on-warnings', ...folders);
  for (const folder of folders) {
    rmSync(join(copy.folder, folder), { recursive: true });
  }
});

test('followed to the letter, it comes to a kind that passes every check', async () => {
  for (const fence of fences) {
    await follow(fence);
  }
  copy.commit();
  await copy.run('npm', 'run', 'generate');
  expect(copy.changes(), 'a second generation changes nothing').toEqual([]);
});

test('its files are formatted as the formatter does', async () => {
  const files = fences.flatMap(({ about }) => /^file=(.+\.ts)$/.exec(about)?.[1] ?? []);
  expect(files.length).toBeGreaterThan(6);
  for (const { about, text } of fences) {
    const path = /^file=(.+)$/.exec(about)?.[1];
    if (path) {
      expect(readFileSync(join(copy.folder, path), 'utf8'), path).toBe(text);
    }
  }
});

test('its session in a terminal comes to what it says', async () => {
  cpSync(join(import.meta.dirname, '../guide-session.ts'), join(copy.folder, 'tests/guide.integration.test.ts'));
  await copy.run('vitest', 'run', '--project', 'integration', 'tests/guide.integration.test.ts');
});
