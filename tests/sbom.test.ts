import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const NODE = join(ROOT, 'node_modules/.bin/node');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** Licences under which everything may be shipped in an image under Apache-2.0. */
const FREE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

type Sbom = {
  readonly bomFormat: string;
  readonly components: readonly { readonly name: string; readonly version: string }[];
};

beforeAll(() => void execFileSync(NODE, [join(ROOT, 'scripts/sbom.ts')]), 120_000);

test('the SBOM has every dependency at its version, and nothing that only tests use', () => {
  const { bomFormat, components } = JSON.parse(read('dist/sbom.cdx.json')) as Sbom;
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const versions = new Map(components.map(({ name, version }) => [name, version]));
  expect(bomFormat).toBe('CycloneDX');
  expect(Object.entries(dependencies ?? {}).filter(([name, version]) => versions.get(name) !== version)).toEqual([]);
  // client-node itself depends on types.
  const tools = Object.keys(devDependencies ?? {}).filter((name) => !name.startsWith('@types/'));
  expect(tools.filter((name) => versions.has(name))).toEqual([]);
});

test('everything in the bundle is under a licence that allows it, and in the SBOM', () => {
  const { components } = JSON.parse(read('dist/sbom.cdx.json')) as Sbom;
  const known = new Set(components.map(({ name, version }) => `${name} ${version}`));
  const lines = read('dist/licenses.txt').trim().split('\n');
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !FREE.includes(line.split(' ')[2] ?? ''))).toEqual([]);
  expect(lines.filter((line) => !known.has(line.split(' ').slice(0, 2).join(' ')))).toEqual([]);
});
