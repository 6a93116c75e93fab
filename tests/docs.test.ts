import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writes } from '../scripts/generate/reasons.ts';
import { createProgram } from '../src/cli/cli.ts';
import { EXIT } from '../src/cli/exit-codes.ts';
import { definitions } from '../src/resources/resources.ts';
import { FENCED, filesIn, pageOf, proseOf, ROOT, read, reasonsOf, tablesUnder, wordsIn } from './harness/pages.ts';

const pages = ['README.md', 'AGENTS.md', 'testenv/README.md', ...filesIn('docs', '.md')];

/** The links of a page to places in this repository. */
function relativeLinks(text: string): string[] {
  return [...proseOf(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchor that a heading gets. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(text: string): string[] {
  return [...proseOf(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** What is wrong with a link, if anything. */
function brokenLink(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) {
    return `${page} links to ${link}, which does not exist`;
  }
  return anchor === undefined || anchorsOf(read(target)).includes(anchor)
    ? undefined
    : `${page} links to ${link}, which has no such heading`;
}

/** What code, inline or in a block, tells to make. */
function makeTargets(text: string): string[] {
  const blocks = (text.match(FENCED) ?? []).join('\n');
  const told = [...blocks.matchAll(/^\s*(?:\$ )?make ([a-z0-9-]+)/gm), ...text.matchAll(/`make ([a-z0-9-]+)/g)];
  return told.map(([, target = '']) => target);
}

type Schema = { readonly properties?: Readonly<Record<string, Schema>>; readonly items?: Schema };

/** Every field of a schema by its path, as `fields[].name`. */
function fieldsOf({ properties = {}, items }: Schema, path = ''): string[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const field = path === '' ? name : `${path}.${name}`;
    return [field, ...fieldsOf(schema, field)];
  });
  return items ? [...own, ...fieldsOf(items, `${path}[]`)] : own;
}

type Crd = {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly storage: boolean; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
};

/** Fields that are of a type of Kubernetes' own, which is described there and not here. */
function kubernetesOwn(page: string): string[] {
  const [table = []] = tablesUnder(page, 'Spec');
  return table
    .filter(([, type = '']) => /\]\(https:\/\/kubernetes\.io\/.*#.*-v1-/.test(type))
    .flatMap((row) => wordsIn([row]));
}

const crds = filesIn('manifests/crds', '.yaml')
  .filter((path) => !path.endsWith('kustomization.yaml'))
  .map((path) => parse(read(path)) as Crd)
  .map(({ spec }) => ({
    kind: spec.names.kind,
    // The page is about the current version.
    fields: spec.versions
      .filter(({ storage }) => storage)
      .flatMap(({ schema }) => fieldsOf(schema.openAPIV3Schema.properties?.['spec'] ?? {})),
  }));

/** Reasons that every kind can have, since the framework gives them. */
const frameworkReasons = [
  ...[...read('src/framework/outcome.ts').matchAll(/'([A-Z][A-Za-z]+)'/g)].map(([, word = '']) => word),
  'InvalidSpec',
].filter((word) => !word.endsWith('Error'));

/** What a kind is made of, as one text. */
function sourceOf(kind: string): string {
  return filesIn(`src/resources/${posix.basename(pageOf(kind), '.md')}`, '.ts')
    .filter((path) => !path.endsWith('.test.ts'))
    .map(read)
    .join('\n');
}

/** Reasons that a kind gives itself, by the errors it throws and the results it returns. */
function ownReasons(source: string): string[] {
  const thrown = [...source.matchAll(/new (?:NotReadyError|InvalidSpecError)\(\s*'([A-Za-z]+)'/g)];
  const returned = [...source.matchAll(/ready: (?:true|false), reason: '([A-Za-z]+)'/g)];
  return [...thrown, ...returned].map(([, word = '']) => word);
}

/** Reasons of the events that a kind records itself. */
function ownEvents(source: string): string[] {
  const events = [...source.matchAll(/(?:type: '(?:Normal|Warning)',\s+reason: |\b(?:normal|warning)\(\s*)'(\w+)'/g)];
  return events.map(([, word = '']) => word);
}

describe('the pages', () => {
  test.each(pages)('%s links only to what exists', (page) => {
    expect(relativeLinks(read(page)).flatMap((link) => brokenLink(page, link) ?? [])).toEqual([]);
  });

  test.each(pages)('%s names only targets that the Makefile has', (page) => {
    const targets = [...read('Makefile').matchAll(/^([a-z][a-z0-9-]*):/gm)].map(([, target = '']) => target);
    expect(makeTargets(read(page)).filter((target) => !targets.includes(target))).toEqual([]);
  });

  test('name make targets at all, so that the search for them works', () => {
    expect(makeTargets(read('README.md'))).toEqual(expect.arrayContaining(['demo', 'demo-down', 'test', 'test-unit']));
  });
});

describe('docs/install.md', () => {
  test('has every environment variable, and no other', () => {
    const variables = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): z/gm)].map(([, name = '']) => name);
    expect(variables).toContain('HEARTH_PORT');
    const [table] = tablesUnder('docs/install.md', 'Settings');
    expect(wordsIn(table).sort()).toEqual(variables.sort());
  });

  test('has every metric of our own making, and no other', () => {
    const files = ['metrics.ts', 'queue-metrics.ts', 'webhook-metrics.ts'];
    const source = files.map((file) => read(`src/framework/observe/${file}`)).join('');
    const metrics = [...source.matchAll(/name: '([a-z]+_[a-z_]+)'/g)].map(([, name = '']) => name);
    expect(metrics).toContain('workqueue_depth');
    const [, table] = tablesUnder('docs/install.md', 'Health and metrics');
    expect(wordsIn(table).sort()).toEqual(metrics.sort());
  });
});

describe('docs/conditions.md', () => {
  const page = 'docs/conditions.md';

  test('has every reason that the framework gives, and no other', () => {
    expect(frameworkReasons).toContain('Rejected');
    // What the server refuses in other words, and what people ask for.
    const expected = [...frameworkReasons, 'ImmutableField', 'Suspended'];
    expect(reasonsOf(page, 'Reasons').sort()).toEqual(expected.sort());
  });

  test('has every event and every annotation that the framework knows', () => {
    const sources = filesIn('src/framework', '.ts').filter((path) => !/\.test\.ts$|testing\//.test(path));
    const source = sources.map(read).join('');
    const events = [...source.matchAll(/type: '(?:Normal|Warning)',\s+reason: '(\w+)'/g)].map(([, reason]) => reason);
    expect(events).toContain('Resumed');
    expect(wordsIn(tablesUnder(page, 'Events')[0])).toEqual(expect.arrayContaining(events));
    const annotations = ['suspend', 'reconcile-requested-at', 'release', 'rotate'];
    for (const name of annotations) {
      expect(source, name).toContain(`ANNOTATION_DOMAIN}/${name}`);
    }
    const documented = wordsIn(tablesUnder(page, 'Annotations')[0]);
    expect(documented.sort()).toEqual(annotations.map((name) => `hearth.internal/${name}`).sort());
  });
});

describe('docs/operations.md', () => {
  test('tells of every alert what to do, and of no other', () => {
    const rules = read('manifests/components/monitoring/alerts.yaml');
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
    expect(alerts).toContain('HearthNobodyWorks');
    const [table] = tablesUnder('docs/operations.md', 'Alerts');
    expect(wordsIn(table).sort()).toEqual(alerts.sort());
  });
});

describe('the index in README.md', () => {
  test('leads to every page beside those of kinds', () => {
    const links = relativeLinks(read('README.md'));
    const own = filesIn('docs', '.md').filter((page) => dirname(page) === 'docs'); // kinds have their folder
    expect(own.filter((page) => !links.includes(page))).toEqual([]);
  });
});

describe('docs/cli.md', () => {
  const text = read('docs/cli.md');
  const [common = '', ...sections] = text.split(/^## /m);
  const tree = createProgram(() => undefined).commands;

  test('has a section for every command, and no other', () => {
    const headings = sections.map((section) => section.split('\n')[0] ?? '');
    expect(headings.sort()).toEqual(tree.map((command) => command.name()).sort());
  });

  test.each(tree.map((command) => [command.name(), command] as const))(
    'has every option of %s, and no other',
    (name, command) => {
      const section = sections.find((each) => each.startsWith(`${name}\n`)) ?? '';
      const tables = [...section.matchAll(/^\| `.*$/gm)].map(([row]) => row.split('|')[1] ?? '').join(' ');
      const documented = [...tables.matchAll(/`(-[^`]+)`/g)].map(([, flag = '']) => flag);
      const isCommon = (flag: string) => common.includes(`\`${flag}\``);
      const flags = command.options.flatMap(({ short, long }) => [short, long].flatMap((flag) => flag ?? []));
      expect(documented.sort()).toEqual(flags.filter((flag) => !isCommon(flag)).sort());
    },
  );

  test('has every exit code, and no other', () => {
    const codes = [...common.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});

describe('the page of a kind', () => {
  test.each(crds)('$kind has every field of its spec, and no other', ({ kind, fields }) => {
    expect(fields.length).toBeGreaterThan(0);
    const elsewhere = kubernetesOwn(pageOf(kind)).flatMap((field) => [`${field}.`, `${field}[].`]);
    const own = fields.filter((field) => !elsewhere.some((start) => field.startsWith(start)));
    const documented = wordsIn(tablesUnder(pageOf(kind), 'Spec')[0]);
    expect(documented.sort()).toEqual(own.sort());
  });

  test.each(crds)('$kind has the headings that every kind has', ({ kind }) => {
    const headings = [...proseOf(read(pageOf(kind))).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    const own = headings.filter((heading) => !heading?.startsWith('Differences from '));
    expect(own).toEqual([
      'Example',
      'Spec',
      'What it makes',
      'Working with it',
      'Conditions and reasons',
      'Events',
      'Debugging',
    ]);
  });

  test.each(crds)('$kind has the reasons that the framework and the kind itself give', ({ kind }) => {
    const own = ownReasons(sourceOf(kind));
    const definition = definitions.find((each) => each.kind === kind) ?? expect.fail();
    const unknown = writes(definition) ? [] : ['OwnedByAnother', 'FieldConflict', 'Rejected'];
    const expected = [...frameworkReasons, ...own].filter((reason) => !unknown.includes(reason));
    expect(reasonsOf(pageOf(kind))).toEqual(expect.arrayContaining(expected));
  });

  test.each(crds)('$kind has the events that the kind itself records', ({ kind }) => {
    expect(wordsIn(tablesUnder(pageOf(kind), 'Events')[0])).toEqual(expect.arrayContaining(ownEvents(sourceOf(kind))));
  });

  test('has events at all, so that the search for them works', () => {
    const events = crds.flatMap(({ kind }) => ownEvents(sourceOf(kind)));
    expect(events).toContain('SecretCreated');
  });
});
