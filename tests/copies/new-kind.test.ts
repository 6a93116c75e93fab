import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RepositoryCopy } from '../harness/repository-copy.ts';
import { deleteKind } from './deletion.ts';

/** What `npm run new` writes, and what is left when the kind is deleted again, in a copy of the repository. */
let copy: RepositoryCopy;

beforeAll(() => {
  copy = RepositoryCopy.create();
});
afterAll(() => copy?.remove());

const CONFORMANCE = 'tests/integration/conformance.test.ts';

/** The command that runs what needs no cluster and looks at kinds. */
const UNIT_TESTS = [
  ...(['vitest', 'run', '--project', 'unit'] as const),
  ...['src/resources', 'tests/docs.test.ts', 'tests/architecture.test.ts'],
] as const;

/** Changes a file of the copy. */
function edit(path: string, before: string, after: string): void {
  const text = readFileSync(join(copy.folder, path), 'utf8');
  expect(text).toContain(before);
  writeFileSync(join(copy.folder, path), text.replace(before, after));
}

/** Serves a version of a Greeting beside the one that was scaffolded, in which the text had another name. */
function addOlderVersion(): void {
  const definition = 'src/resources/greeting/greeting.ts';
  const schemas = 'src/resources/greeting/greeting.schemas.ts';
  edit(schemas, 'import { componentsStatus }', 'import { componentsStatus, olderVersion }');
  edit(schemas, 'export const greetingStatusSchema', `${OLDER_VERSION}\nexport const greetingStatusSchema`);
  edit(definition, 'import { greetingSpecSchema', 'import { firstGreeting, greetingSpecSchema');
  edit(definition, '  components,\n', '  components,\n  olderVersions: [firstGreeting],\n');
}

/** A schema that no CRD can say is refused in a line, and nothing is generated of it. */
async function expectRefusal(): Promise<void> {
  const schemas = 'src/resources/greeting/greeting.schemas.ts';
  edit(schemas, '  text: z.string()', '  size: z.set(z.string()),\n  text: z.string()');
  const { code, output } = await copy.try('node', 'scripts/generate.ts');
  expect(output).toMatch(/^Greeting can have no CRD: spec\.size: .+\n$/);
  expect(code).toBe(1);
  edit(schemas, '  size: z.set(z.string()),\n', '');
}

const OLDER_VERSION = `export const firstGreeting = olderVersion({
  version: 'v1alpha1',
  spec: z.object({ words: z.string().min(1).max(1000).default('hello').describe('What the ConfigMap says.') }),
  current: greetingSpecSchema,
  toCurrent: ({ words }) => (words === undefined ? {} : { text: words }),
  fromCurrent: ({ text }) => (text === undefined ? {} : { words: text }),
});
`;

test('with --dry-run only tells what it would write', async () => {
  const told = await copy.run('npm', 'run', 'new', '--', 'Greeting', '--group', 'example.com', '--dry-run');
  expect(told).toContain('would write src/resources/greeting/greeting.resource.ts');
  expect(copy.changes()).toEqual([]);
});

test('refuses what is no kind, and what is there already', async () => {
  const refusal = async (...args: readonly string[]) => (await copy.try('node', 'scripts/new.ts', ...args)).output;
  expect(await refusal('greeting')).toContain('greeting is no kind');
  expect(await refusal('Greeting', '--group', 'nowhere')).toContain('nowhere is no API group');
  expect(await refusal('GenerateSecret')).toContain('exists already: nothing was written');
  expect(copy.changes()).toEqual([]);
});

test('a new kind of a namespace, in two versions, and one of the cluster pass every check, and go without a trace', async () => {
  await copy.run('npm', 'run', 'new', '--', 'Greeting', '--group', 'example.com', '--version', 'v1alpha2');
  addOlderVersion();
  await expectRefusal();
  await copy.run('npm', 'run', 'new', '--', 'SitePolicy', '--scope', 'Cluster');
  expect(existsSync(join(copy.folder, 'manifests/crds/sitepolicies.homelab.mortenolsen.pro.yaml'))).toBe(true);

  await copy.run('biome', 'check', '--error-on-warnings', 'src', 'scripts', 'test-manifests');
  await copy.run('tsc', '-p', 'tsconfig.json');
  copy.commit();
  await copy.run('npm', 'run', 'generate');
  expect(copy.changes(), 'a second generation changes nothing').toEqual([]);
  await copy.run(...UNIT_TESTS);
  const tried = await copy.run(
    'vitest',
    'run',
    '--project',
    'integration',
    CONFORMANCE,
    'src/resources/greeting',
    'src/resources/site-policy',
    '-t',
    '(Greeting|SitePolicy|makes its ConfigMap|mistakes|restart|goes with it)',
  );
  expect(tried).toMatch(/Tests .*\d+ passed/);
  expect(tried).not.toMatch(/\d+ failed/);

  deleteKind(copy, 'Greeting');
  deleteKind(copy, 'SitePolicy');
  const said = await copy.run('npm', 'run', 'generate');
  expect(said).toContain('docs/kinds/greeting.md: removed, because its kind is gone');
  await copy.run('biome', 'check', '--error-on-warnings', 'src');
  await copy.run('tsc', '-p', 'tsconfig.json');
  await copy.run(...UNIT_TESTS);
  expect(copy.changesSinceFirst(), 'everything is as before').toEqual([]);
});
