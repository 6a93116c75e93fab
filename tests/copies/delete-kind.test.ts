import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryOf } from '../../scripts/kind-names.ts';
import { definitions } from '../../src/resources/resources.ts';
import { RepositoryCopy } from '../harness/repository-copy.ts';
import { deleteKind } from './deletion.ts';

/** What becomes of the repository, in a copy, when kinds that ship are deleted. */
let copy: RepositoryCopy;

beforeEach(() => {
  copy = RepositoryCopy.create();
});
afterEach(() => copy?.remove());

/** The unit tests that look at kinds; the types of all others are checked, and they know no kind. */
const UNIT_TESTS = [
  ...(['vitest', 'run', '--project', 'unit', 'src/resources/', 'src/cli/'] as const),
  ...['architecture', 'docs', 'monitoring', 'released-crds', 'scaffold', 'webhook-manifests'].map(
    (name) => `tests/${name}`,
  ),
] as const;

/** What is run and looks at kinds: tests and what they need, bench, demo, scripts, commands. Clients know no kind. */
const RUN = /^(tests|bench|demo|scripts|testenv|src\/cli|src\/resources)\/|^src\/framework\/.*(\.test\.ts|\/testing\/)/;

/** It has to name what it deletes. */
const SELF = 'tests/copies/delete-kind.test.ts';

/** Systems whose name is also a kind's short name: their clients and stand-ins stay. */
const SYSTEMS = ['convex'];

/** By what tests and programs ask for objects of a kind, and find its files. */
function namesOf(kind: string): RegExp {
  const { names, group } = definitions.find((each) => each.kind === kind) ?? expect.fail();
  const isOnlyOne = definitions.filter((each) => each.group === group).length === 1;
  const shortNames = (names.shortNames ?? []).filter((name) => !SYSTEMS.includes(name));
  const words = [kind, names.plural, names.singular, directoryOf(kind), ...shortNames, ...(isOnlyOne ? [group] : [])];
  return new RegExp(`\\b(${words.map((word) => word.replaceAll('.', '\\.')).join('|')})\\b`);
}

/** The places that name a kind, as `file:line: text`. */
async function mentionsOf(kind: string): Promise<string[]> {
  const files = (await copy.run('git', 'ls-files', '*.ts')).split('\n');
  return files
    .filter((file) => RUN.test(file) && file !== SELF)
    .flatMap((file) => {
      const lines = readFileSync(join(copy.folder, file), 'utf8').split('\n');
      return lines.flatMap((line, index) => (namesOf(kind).test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
    });
}

/** Deletes kinds, and looks that all is green that can be told without a cluster. */
async function expectDeletable(...kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    deleteKind(copy, kind);
  }
  await copy.run('npm', 'run', 'generate');
  copy.commit();
  await copy.run('npm', 'run', 'generate');
  expect(copy.changes(), 'a second generation changes nothing').toEqual([]);
  await copy.run('biome', 'check', '--error-on-warnings', '.');
  await copy.run('tsc', '-p', 'tsconfig.json');
  await copy.run(...UNIT_TESTS);
}

test('ConvexInstance can be deleted, and then PostgresDatabase with PostgresConnection', async () => {
  await expectDeletable('ConvexInstance');
  // Tests that need a cluster fail only there: none may ask for what is gone.
  expect(await mentionsOf('ConvexInstance')).toEqual([]);
  await expectDeletable('PostgresDatabase', 'PostgresConnection');
  expect(await mentionsOf('PostgresDatabase')).toEqual([]);
  expect(await mentionsOf('PostgresConnection')).toEqual([]);
});

test('PostgresDatabase and PostgresConnection can be deleted, and ConvexInstance does without them', async () => {
  await expectDeletable('PostgresDatabase', 'PostgresConnection');
});
