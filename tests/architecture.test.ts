import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';

type Layer = {
  /** A file, or a directory when it ends in a slash; `*` is one name. Files of one directory may import each other. */
  readonly files: string;
  /** Lower layers, which stand above this one in the table. */
  readonly imports?: readonly string[];
  /** Upward, as `import type` only: the shapes that a caller hands down. They leave no trace at run time. */
  readonly types?: readonly string[];
  /** Files of neighbours in the same layer. */
  readonly peers?: readonly string[];
};

/**
 * Who may import whom in `src`, from the bottom to the top. The first row that fits a file counts; a file without a row
 * is an error, and so is every import of something outside `src`, such as `tests/` or `testenv/`.
 */
const LAYERS: readonly Layer[] = [
  // Know nothing of the rest, not even Kubernetes' API.
  { files: 'framework/compare.ts' },
  { files: 'framework/cause.ts' },
  { files: 'framework/queue/', imports: ['framework/cause.ts'] },
  { files: 'framework/schema/' },
  { files: 'framework/rights/' },
  { files: 'framework/conditions/', types: ['framework/outcome.ts'] },

  // The API server: requests, then what is made of them.
  { files: 'framework/api/' },
  { files: 'framework/outcome.ts', imports: ['framework/api/'] },
  { files: 'framework/observe/', imports: ['framework/api/', 'framework/cause.ts'] },
  { files: 'framework/cache/', imports: ['framework/api/', 'framework/queue/', 'framework/observe/'] },
  {
    files: 'framework/resources/',
    imports: [
      'framework/api/',
      'framework/cache/',
      'framework/cause.ts',
      'framework/conditions/',
      'framework/observe/',
      'framework/outcome.ts',
    ],
  },

  // What an author extends. An instance is handed its Subject by the controller and knows its own definition.
  { files: 'framework/subresource.ts', imports: ['framework/conditions/', 'framework/outcome.ts'] },
  {
    files: 'framework/components/',
    imports: [
      'framework/api/',
      'framework/cache/',
      'framework/cause.ts',
      'framework/conditions/',
      'framework/observe/',
      'framework/outcome.ts',
      'framework/resources/',
      'framework/subresource.ts',
    ],
  },
  {
    files: 'framework/custom-resource.ts',
    imports: [
      'framework/api/',
      'framework/cause.ts',
      'framework/components/',
      'framework/conditions/',
      'framework/observe/',
      'framework/outcome.ts',
      'framework/resources/',
      'framework/schema/',
      'framework/subresource.ts',
    ],
    types: ['framework/controller/', 'framework/definition.ts'],
  },
  {
    files: 'framework/definition.ts',
    imports: [
      'framework/api/',
      'framework/components/',
      'framework/custom-resource.ts',
      'framework/outcome.ts',
      'framework/rights/',
      'framework/schema/',
    ],
  },
  {
    files: 'framework/spec-checks.ts',
    imports: ['framework/definition.ts', 'framework/outcome.ts', 'framework/schema/'],
  },

  // What runs it.
  {
    files: 'framework/controller/',
    imports: [
      'framework/api/',
      'framework/cause.ts',
      'framework/components/',
      'framework/conditions/',
      'framework/custom-resource.ts',
      'framework/definition.ts',
      'framework/observe/',
      'framework/outcome.ts',
      'framework/queue/',
      'framework/resources/',
      'framework/spec-checks.ts',
    ],
  },
  {
    files: 'framework/admission/',
    imports: [
      'framework/api/',
      'framework/cache/',
      'framework/definition.ts',
      'framework/observe/',
      'framework/outcome.ts',
      'framework/queue/',
      'framework/resources/',
      'framework/rights/',
      'framework/schema/',
      'framework/spec-checks.ts',
    ],
  },
  {
    files: 'framework/host/',
    imports: [
      'framework/admission/',
      'framework/api/',
      'framework/cache/',
      'framework/cause.ts',
      'framework/controller/',
      'framework/definition.ts',
      'framework/observe/',
      'framework/queue/',
      'framework/resources/',
    ],
  },
  { files: 'framework/framework.ts', imports: ['framework/'] },
  { files: 'framework/testing/', imports: ['framework/'] },

  // Pure helpers, and clients of outside systems: each stands alone.
  { files: 'builders/' },
  { files: 'clients/*/' },

  // The kinds: two of them meet in a schema, never in a class.
  { files: 'resources/group.ts' },
  {
    files: 'resources/*/',
    imports: ['framework/framework.ts', 'builders/', 'clients/*/', 'resources/group.ts'],
    peers: ['resources/*/*.schemas.ts'],
  },

  // The program.
  { files: 'resources/resources.ts', imports: ['framework/framework.ts', 'resources/*/'] },
  { files: 'config.ts', imports: ['framework/framework.ts'] },
  { files: 'cli/', imports: ['framework/', 'builders/', 'clients/*/', 'resources/', 'config.ts'] },
  { files: 'operator.ts', imports: ['framework/', 'builders/', 'clients/*/', 'resources/', 'config.ts', 'cli/'] },
];

/** Never importable from a layer above by a directory that contains it. */
const ONLY_FOR_TESTS = 'framework/testing/';

/** `<kind>.ts` is the definition; every other file says its role. */
const ROLES = ['schemas', 'resource', 'create-manifests', 'input', 'components', 'images', 'status', 'plan'];

/** What a kind brings for those who try, measure and show it (`tests/harness/kind-part.ts`). None of it is shipped. */
const UNSHIPPED_ROLES = ['trial', 'bench', 'demo', 'node'];

/** Directories of a kind, for what becomes too long for one file. */
const KIND_DIRECTORIES = ['components', 'input', 'schemas', 'golden', 'testing'];

type Source = { readonly path: string; readonly text: string };
type Import = { readonly target: string; readonly typeOnly: boolean };

const STATIC_IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'(\.[^']*)'/gm;
const DYNAMIC_IMPORT = /(typeof\s+)?\bimport\(\s*'(\.[^']*)'/g;

function importsOf({ path, text }: Source): Import[] {
  return [...text.matchAll(STATIC_IMPORT), ...text.matchAll(DYNAMIC_IMPORT)].map(([, type, specifier = '']) => ({
    target: posix.join(dirname(path), specifier),
    typeOnly: type !== undefined,
  }));
}

/** The part of a path that a pattern covers: all of it for a file, the directory for a directory. */
function covered(pattern: string, path: string): string | undefined {
  const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+');
  return path.match(new RegExp(pattern.endsWith('/') ? `^${expression}` : `^${expression}$`))?.[0];
}

const UNSHIPPED = new RegExp(`^resources/[^/]+/(testing/|[^/]+\\.(${UNSHIPPED_ROLES.join('|')})\\.ts$)`);

/** A test, or what tests, bench and demo need of a kind: nothing that is shipped may import it. */
const isTest = (path: string) => path.endsWith('.test.ts') || UNSHIPPED.test(path);

function mayImport(path: string, layer: Layer, { target, typeOnly }: Import): boolean {
  if (isTest(target)) {
    return false;
  }
  const own = covered(layer.files, path);
  if (own?.endsWith('/') && target.startsWith(own)) {
    return true;
  }
  if (target.startsWith(ONLY_FOR_TESTS)) {
    return false;
  }
  const { imports = [], peers = [], types = [] } = layer;
  const allowed = [...imports, ...peers, ...(typeOnly ? types : [])];
  return allowed.some((pattern) => covered(pattern, target) !== undefined);
}

/** What is wrong with the imports of some files, one sentence each. */
function violations(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) => {
      const layer = LAYERS.find(({ files }) => covered(files, source.path) !== undefined);
      if (!layer) {
        return [`${source.path} belongs to no layer: give it a row in LAYERS`];
      }
      return importsOf(source)
        .filter((each) => !mayImport(source.path, layer, each))
        .map(({ target, typeOnly }) => `${source.path} may not import ${typeOnly ? 'types of ' : ''}${target}`);
    });
}

/** What is wrong with the name of a file, if anything. */
function misnamed(path: string): string | undefined {
  if (path.split('/').some((part) => /^(utils?|helpers?|common|misc)(\.|$)/.test(part))) {
    return `${path} says nothing: give it a noun, next to its user`;
  }
  const [, kind, file = ''] = path.match(/^resources\/([^/]+)\/(.+)$/) ?? [];
  if (kind === undefined || KIND_DIRECTORIES.some((directory) => file.startsWith(`${directory}/`))) {
    return undefined;
  }
  const names = [`${kind}.ts`, ...[...ROLES, ...UNSHIPPED_ROLES].map((role) => `${kind}.${role}.ts`)];
  const test = file.startsWith(`${kind}.`) && file.endsWith('.test.ts');
  return test || names.includes(file) ? undefined : `${path} has no role that is known: ${ROLES.join(', ')} or test`;
}

const SRC = join(import.meta.dirname, '../src');
const paths = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => posix.join(entry.parentPath.slice(SRC.length + 1), entry.name));
const sources = paths
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }));

describe('the sources', () => {
  test('are found, and so are their imports', () => {
    expect(paths).toContain('framework/framework.ts');
    const host = sources.find(({ path }) => path === 'framework/host/operator-host.ts');
    expect(host && importsOf(host)).toContainEqual({ target: 'framework/controller/controller.ts', typeOnly: false });
    expect(host && importsOf(host)).toContainEqual({ target: 'framework/definition.ts', typeOnly: true });
  });

  test('import only what the table of layers allows', () => {
    expect(violations(sources)).toEqual([]);
  });

  test('have names that say what they are', () => {
    expect(paths.flatMap((path) => misnamed(path) ?? [])).toEqual([]);
  });
});

describe('the table of layers', () => {
  test('only points downwards, so that no two layers need each other', () => {
    const upward = LAYERS.flatMap(({ files, imports = [] }, row) => {
      const below = LAYERS.slice(0, row).map((layer) => layer.files);
      const isBelow = (pattern: string) => below.some((lower) => lower === pattern || lower.startsWith(pattern));
      return imports.filter((pattern) => !isBelow(pattern)).map((pattern) => `${files} → ${pattern}`);
    });
    expect(upward).toEqual([]);
  });

  test.each([
    ['framework/queue/queue.ts', "import { a } from '../api/object.ts';", 'framework/api/object.ts'],
    ['framework/queue/queue.ts', "import type { A } from '../api/object.ts';", 'types of framework/api/object.ts'],
    ['framework/schema/crd.ts', "import '../outcome.ts';", 'framework/outcome.ts'],
    ['framework/conditions/a.ts', "import { a } from '../outcome.ts';", 'framework/outcome.ts'],
    ['framework/conditions/a.ts', "import { type A } from '../outcome.ts';", 'framework/outcome.ts'],
    ['framework/api/a.ts', "import {\n  a,\n  b,\n} from '../cache/store.ts';", 'framework/cache/store.ts'],
    ['framework/cache/a.ts', "export { a } from '../host/run.ts';", 'framework/host/run.ts'],
    ['framework/cache/a.ts', "const a = await import('../host/run.ts');", 'framework/host/run.ts'],
    ['framework/resources/a.ts', "import { a } from '../controller/a.ts';", 'framework/controller/a.ts'],
    ['framework/custom-resource.ts', "import { a } from './controller/subject.ts';", 'framework/controller/subject.ts'],
    ['framework/host/a.ts', "import { a } from '../testing/clock.ts';", 'framework/testing/clock.ts'],
    ['framework/framework.ts', "export { a } from './testing/clock.ts';", 'framework/testing/clock.ts'],
    ['framework/host/a.ts', "import { a } from '../../resources/group.ts';", 'resources/group.ts'],
    ['framework/host/a.ts', "import { run } from '../../cli/run.ts';", 'cli/run.ts'],
    ['config.ts', "import { run } from './cli/run.ts';", 'cli/run.ts'],
    ['framework/queue/a.ts', "import { run } from '../observe/run.ts';", 'framework/observe/run.ts'],
    ['framework/cause.ts', "import type { A } from './api/object.ts';", 'types of framework/api/object.ts'],
    ['builders/a.ts', "import type { A } from '../framework/framework.ts';", 'types of framework/framework.ts'],
    ['clients/a/a.ts', "import { b } from '../b/b.ts';", 'clients/b/b.ts'],
    ['resources/a/a.ts', "import { a } from '../../framework/api/object.ts';", 'framework/api/object.ts'],
    ['resources/a/a.resource.ts', "import { b } from '../b/b.resource.ts';", 'resources/b/b.resource.ts'],
    ['resources/a/a.ts', "import { r } from '../resources.ts';", 'resources/resources.ts'],
    ['resources/a/a.ts', "import { a } from './testing/b.ts';", 'resources/a/testing/b.ts'],
    ['resources/a/a.resource.ts', "import { trial } from './a.trial.ts';", 'resources/a/a.trial.ts'],
    ['cli/a.ts', "import { demo } from '../resources/a/a.demo.ts';", 'resources/a/a.demo.ts'],
    ['operator.ts', "import { a } from '../testenv/src/a.ts';", '../testenv/src/a.ts'],
    ['operator.ts', "import { a } from '../tests/a.ts';", '../tests/a.ts'],
  ])('forbids in %s: %s', (path, text, target) => {
    expect(violations([{ path, text }])).toEqual([`${path} may not import ${target}`]);
  });

  test.each([
    ['framework/conditions/a.ts', "import type { A } from '../outcome.ts';"],
    ['framework/custom-resource.ts', "import type { Subject } from './controller/subject.ts';"],
    ['framework/host/a.ts', "import { b } from './b.ts';"],
    ['framework/host/a.ts', "import { a } from '../api/object.ts';\nimport { b } from 'node:fs';"],
    ['clients/a/a.ts', "import { b } from './deep/b.ts';"],
    ['resources/a/a.ts', "import { b } from '../b/b.schemas.ts';\nimport { c } from '../../framework/framework.ts';"],
    ['resources/a/a.resource.ts', "import { c } from '../../clients/c/c.ts';\nimport { G } from '../group.ts';"],
    ['cli/a.ts', "import { d } from '../resources/resources.ts';\nimport { C } from '../config.ts';"],
    ['operator.ts', "import { main } from './cli/cli.ts';"],
    ['resources/resources.ts', "import { a } from './a/a.ts';"],
    ['resources/a/a.test.ts', "import { a } from '../../../tests/harness/a.ts';"],
    ['resources/a/testing/b.ts', "import { c } from '../../b/testing/c.ts';"],
    ['resources/a/a.bench.ts', "import { a } from '../../../bench/a.ts';"],
  ])('allows in %s: %s', (path, text) => {
    expect(violations([{ path, text }])).toEqual([]);
  });

  test('knows no file that nobody gave a place', () => {
    const text = '';
    expect(violations([{ path: 'framework/new/new.ts', text }])).toEqual([
      'framework/new/new.ts belongs to no layer: give it a row in LAYERS',
    ]);
  });
});

describe('the names', () => {
  test.each([
    'framework/utils/a.ts',
    'framework/api/helpers.ts',
    'resources/common/common.ts',
    'builders/misc.test.ts',
    'resources/domain/domain.manifests.ts',
    'resources/domain/other.trial.ts',
    'resources/domain/dommain.ts',
    'resources/domain/index.ts',
    'resources/domain/other.schemas.ts',
  ])('forbid %s', (path) => {
    expect(misnamed(path)).toContain(path);
  });

  test.each([
    'resources/domain/domain.ts',
    'resources/domain/domain.create-manifests.ts',
    'resources/domain/domain.deletion.test.ts',
    'resources/domain/domain.deletion.integration.test.ts',
    'resources/domain/domain.bench.ts',
    'resources/domain/testing/domains.ts',
    'resources/domain/components/auth.ts',
    'resources/domain/golden/minimal.yaml',
    'resources/group.ts',
    'framework/api/commonality.ts',
  ])('allow %s', (path) => {
    expect(misnamed(path)).toBeUndefined();
  });
});
