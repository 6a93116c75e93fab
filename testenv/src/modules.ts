import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { testenvFolder } from './cache.ts';

const run = promisify(execFile);

/** One copy of manifests out of a Go module. */
interface ModuleCopy {
  readonly module: string;
  readonly version: string;
  /** Folder inside the module. */
  readonly from: string;
  /** Folder inside the cache entry. */
  readonly to: string;
  /** Only files whose names begin so. */
  readonly prefix?: string;
  /** Only documents with these names. */
  readonly only?: readonly string[];
  /** Words to replace by others. */
  readonly replace?: Readonly<Record<string, string>>;
}

/** The pinned list in `crds/modules.json`. */
export interface ModuleList {
  readonly kwok: { readonly module: string; readonly version: string; readonly package: string };
  readonly copies: readonly ModuleCopy[];
}

/** Reads the pinned list of modules. */
export function readModuleList(): ModuleList {
  return JSON.parse(readFileSync(join(testenvFolder, 'crds', 'modules.json'), 'utf8'));
}

/** Copies every manifest of the pinned list from its Go module into a folder, so that later starts need no Go. */
export async function copyManifests(list: ModuleList, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const sources = new Set(list.copies.map((copy) => `${copy.module}@${copy.version}`));
  const downloaded = await Promise.all(
    [...sources].map(async (source) => [source, await downloadModule(source, env)] as const),
  );
  const folders = new Map(downloaded);
  for (const copy of list.copies) {
    const source = `${copy.module}@${copy.version}`;
    copyOne(copy, join(folders.get(source) ?? source, copy.from), folder);
  }
}

async function downloadModule(source: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run('go', ['mod', 'download', '-json', source], { cwd: tmpdir(), env });
  const answer: { Dir?: string; Error?: string } = JSON.parse(stdout);
  if (answer.Dir === undefined) throw new Error(`go mod download ${source} failed: ${answer.Error ?? 'no folder'}`);
  return answer.Dir;
}

function copyOne(copy: ModuleCopy, source: string, folder: string): void {
  const target = join(folder, copy.to);
  mkdirSync(target, { recursive: true });
  const names = readdirSync(source).filter(
    (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml' && name.startsWith(copy.prefix ?? ''),
  );
  if (names.length === 0) throw new Error(`${copy.module}@${copy.version} has no manifests in ${copy.from}`);
  for (const name of names) {
    const content = rewrite(readFileSync(join(source, name), 'utf8'), copy);
    writeFileSync(join(target, `${basename(copy.module)}-${name}`), content);
  }
}

function rewrite(content: string, copy: ModuleCopy): string {
  let rewritten = content;
  if (copy.only !== undefined) {
    const names = copy.only;
    const documents = content.split(/^---\s*$/m);
    const kept = documents.filter((document) => names.some((name) => document.includes(`\n  name: ${name}\n`)));
    if (kept.length !== names.length)
      throw new Error(`${copy.module}@${copy.version} lacks one of ${names.join(', ')}`);
    rewritten = kept.join('---\n');
  }
  for (const [word, other] of Object.entries(copy.replace ?? {})) rewritten = rewritten.replaceAll(word, other);
  return rewritten;
}
