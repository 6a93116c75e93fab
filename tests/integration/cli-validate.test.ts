import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { objectsIn } from '../../src/cli/manifest-files.ts';
import { validateManifest } from '../../src/cli/validate/validate-manifest.ts';
import { collectionPath, createCrdManifest, type Manifest } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { mutantsOf } from '../harness/mutants.ts';
import { PUZZLES, puzzle, puzzleDefinition } from '../harness/puzzle-kind.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'cli-validate', withoutOperator: true });
const SAMPLES = join(import.meta.dirname, '../../test-manifests');
const kinds = [...definitions, puzzleDefinition];

type Compared = { readonly what: string; readonly server: string; readonly offline: string | undefined };

const AT_A_TIME = 8;

function samples(): Manifest[] {
  const files = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  const objects = files
    .filter((name) => name.includes('/'))
    .flatMap((name) => objectsIn(readFileSync(join(SAMPLES, name), 'utf8')));
  return [...objects.filter(({ kind }) => kinds.some((each) => each.kind === kind)), puzzle];
}

/** What the API server says to a new object, as `kubectl apply` asks it. */
async function serverSays(manifest: Manifest): Promise<string> {
  const { namespace, testenv } = suite();
  const definition = kinds.find(({ kind }) => kind === manifest.kind);
  const { group = '', version = '', names } = definition ?? {};
  const type = { group, version, kind: manifest.kind, plural: names?.plural ?? '', namespaced: true };
  const { status, body } = await testenv.request({
    method: 'POST',
    path: `${collectionPath(type, namespace)}?dryRun=All&fieldValidation=Strict`,
    body: { ...manifest, metadata: { ...manifest.metadata, namespace } },
  });
  return status === 201 ? 'accepted' : `refused: ${(body as { message?: string }).message}`;
}

/** What we say of it; nothing when we say that we do not know. What the kind itself says, the server does not. */
async function weSay(manifest: Manifest): Promise<string | undefined> {
  const verdict = await validateManifest(kinds, manifest);
  const problems = (verdict?.problems ?? []).filter(({ by }) => by !== 'kind');
  if (problems.length === 0 && verdict?.unchecked.length) {
    return undefined;
  }
  return problems.length === 0
    ? 'accepted'
    : `refused: ${problems.map((each) => `${each.field} ${each.message}`).join('; ')}`;
}

type Case = { readonly what: string; readonly manifest: Manifest };

/** Manifests on which the two do not agree, and how many there were. */
async function compare(corpus: readonly Case[]) {
  const queue = [...corpus];
  const compared: Compared[] = [];
  const work = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const manifest: Manifest = JSON.parse(JSON.stringify(next.manifest)); // as a file has it
      const offline = await weSay(manifest);
      compared.push({ what: `${manifest.kind}: ${next.what}`, server: await serverSays(manifest), offline });
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  const count = (word: string) => compared.filter(({ server }) => server.startsWith(word)).length;
  return {
    different: compared.filter(({ server, offline }) => offline && verdictIn(offline) !== verdictIn(server)),
    counts: { accepted: count('accepted'), refused: count('refused') },
    unknown: compared.filter(({ offline }) => offline === undefined).length,
  };
}

const verdictIn = (words: string) => words.split(':')[0];

/** The sample of each kind that says most. */
function richest(): Manifest[] {
  const sizeOf = (manifest: Manifest) => JSON.stringify(manifest).length;
  const byKind = Map.groupBy(samples(), ({ kind }) => kind);
  return [...byKind.values()].flatMap((all) => all.toSorted((a, b) => sizeOf(b) - sizeOf(a)).slice(0, 1));
}

beforeAll(async () => {
  const crd = createCrdManifest(puzzleDefinition);
  await suite().apply(crd);
  await suite().kubectl('wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s');
  await eventually('it is served', async () => (await serverSays(puzzle)) === 'accepted');
});

describe('a manifest is valid offline exactly when the API server takes it', () => {
  test('the samples, and one of each kind with every single thing changed', async () => {
    const corpus = [
      ...samples().map((manifest) => ({ what: 'as it is', manifest })),
      ...richest().flatMap((manifest) => [...mutantsOf(manifest as Manifest & { readonly spec?: unknown })]),
    ];
    expect(new Set(corpus.map(({ manifest }) => manifest.kind))).toEqual(new Set(kinds.map(({ kind }) => kind)));
    const { different, counts } = await compare(corpus);
    expect(different).toEqual([]);
    expect(counts.accepted).toBeGreaterThan(10 * kinds.length);
    expect(counts.refused).toBeGreaterThan(100 * kinds.length);
  });

  test('what takes more than one change, in the spec and around it', async () => {
    const specs = PUZZLES.map((change) => ({ ...puzzle, spec: { ...puzzle.spec, url: undefined, ...change } }));
    const names = ['UPPER', 'a_b', '-a', 'a.b', 'a'.repeat(254), 'a'.repeat(253)].map((name) => ({ name }));
    const labels = [{ 'a b': 'c' }, { a: 'b c' }, { 'x.y/z': '' }, { '/z': '' }, { a: 'b'.repeat(64) }].map((each) => {
      return { name: 'a', labels: each };
    });
    const metadata = [...names, ...labels].map((each) => ({
      ...puzzle,
      metadata: each,
      spec: { ...puzzle.spec, url: undefined },
    }));
    const { different, unknown } = await compare(
      [...specs, ...metadata].map((manifest) => ({ what: JSON.stringify(manifest), manifest })),
    );
    expect(different).toEqual([]);
    expect(unknown).toBe(0);
  });
});

test('a rule that cannot be judged offline is named, and not passed over', async () => {
  const verdict = await validateManifest(kinds, puzzle);
  expect(verdict).toMatchObject({ valid: true, unchecked: ['the rule isURL(self) of spec.url'] });
});
