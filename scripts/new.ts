import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { program } from 'commander';
import { directoryOf, variableOf } from './kind-names.ts';
import { blocksFor, type KindToBe, kindToBe, wordsFor } from './new/kind-to-be.ts';
import { withKind } from './new/registry.ts';
import { fillIn } from './new/template.ts';

const ROOT = join(import.meta.dirname, '..');
const TEMPLATES = join(import.meta.dirname, 'new/templates');
const REGISTRY = 'src/resources/resources.ts';
const BIOME = join(ROOT, 'node_modules/.bin/biome');

type Options = {
  readonly group?: string;
  readonly version?: string;
  readonly scope?: string;
  readonly plural?: string;
  readonly dryRun?: boolean;
};

/** Which template becomes which file. */
function filesOf(kebab: string): ReadonlyMap<string, string> {
  const roles = ['', '.schemas', '.resource', '.create-manifests', '.test', '.integration.test'];
  const own = roles.map((role) => [`kind${role}.ts.template`, `src/resources/${kebab}/${kebab}${role}.ts`] as const);
  return new Map([
    ...own,
    ['sample.yaml.template', `test-manifests/${kebab}/${kebab}.yaml`],
    ['page.md.template', `docs/kinds/${kebab}.md`],
  ]);
}

/** The text of every file that a new kind needs, by its path. */
async function textsOf(kind: KindToBe): Promise<ReadonlyMap<string, string>> {
  const kebab = directoryOf(kind.kind);
  const [words, blocks] = [wordsFor(kind), blocksFor(kind)];
  const files = await Promise.all(
    [...filesOf(kebab)].map(async ([template, path]) => {
      const text = await readFile(join(TEMPLATES, template), 'utf8');
      return [path, fillIn(text, words, blocks)] as const;
    }),
  );
  const registry = withKind(await readFile(join(ROOT, REGISTRY), 'utf8'), { kebab, variable: variableOf(kind.kind) });
  return new Map([...files, [REGISTRY, registry]]);
}

/** Writes a new kind that works, to be changed into what it is to be. */
async function scaffold(name: string, { dryRun = false, ...wishes }: Options): Promise<void> {
  const kind = kindToBe(name, wishes);
  const texts = await textsOf(kind);
  const taken = [...texts.keys()].find((path) => path !== REGISTRY && existsSync(join(ROOT, path)));
  if (taken !== undefined) {
    throw new Error(`${taken} exists already: nothing was written`);
  }
  for (const path of texts.keys()) {
    console.log(`${dryRun ? 'would write' : 'wrote'} ${path}`);
  }
  if (dryRun) {
    return;
  }
  for (const [path, text] of texts) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
  }
  const sources = [...texts.keys()].filter((path) => path.endsWith('.ts'));
  execFileSync(BIOME, ['check', '--write', ...sources], { cwd: ROOT, stdio: 'pipe' });
  execFileSync(process.execPath, [join(ROOT, 'scripts/generate.ts')], { cwd: ROOT, stdio: 'inherit' });
  console.log(nextSteps(kind));
}

function nextSteps({ kind }: KindToBe): string {
  const kebab = directoryOf(kind);
  return `
${kind} works, and does next to nothing. Make it yours; docs/write-a-kind.md tells how. After every change:

  npm run generate
  npm run check
  npx vitest run --project unit src/resources/${kebab} tests/docs.test.ts
  npx vitest run --project integration src/resources/${kebab}
  npx vitest run --project integration tests/integration/conformance.test.ts -t ${kind}
`;
}

program
  .name('npm run new --')
  .description('Writes a new kind that works: source, tests, sample, page and registry line.')
  .argument('<Kind>', 'its name, like MyKind')
  .option('--group <group>', 'its API group; that of the other kinds unless given')
  .option('--version <version>', 'its version', 'v1')
  .option('--scope <scope>', 'Namespaced or Cluster', 'Namespaced')
  .option('--plural <plural>', 'its plural in lower case, where English does not give it')
  .option('--dry-run', 'only tell which files would be written')
  .action(async (name: string, options: Options) => {
    await scaffold(name, options).catch((error: unknown) =>
      program.error(`error: ${error instanceof Error ? error.message : String(error)}`),
    );
  });

await program.parseAsync();
