import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from '../../scripts/bundle.ts';
import { serviceAccountKubeconfig } from '../../testenv/src/service-account.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { buildStage, copyContext, entryOf, type Stage, stagesOf } from '../harness/dockerfile.ts';
import { startOperator } from '../harness/operator-process.ts';
import { sharedTestenv } from '../harness/suite.ts';

/**
 * The steps of the Dockerfile without an image: those of its build stage in an empty folder that has only what
 * `.dockerignore` lets in, then the result from only what the last stage copies. `make e2e` builds and runs the image.
 */
const ROOT = join(import.meta.dirname, '../..');

let folder: string;
let last: Stage;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-dockerfile-'));
  const [build, final, ...more] = stagesOf(await readFile(join(ROOT, 'Dockerfile'), 'utf8'));
  expect(more).toEqual([]);
  if (!build || !final) {
    throw new Error('the Dockerfile has to have two stages');
  }
  last = final;
  await copyContext(ROOT, at('context'));
  await buildStage(build, { context: at('context'), root: at('build'), stages: new Map() });
  const stages = new Map([[build.name, at('build')]]);
  await buildStage(final, { context: at('context'), root: at('image'), stages });
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

test('the image has the bundle, its licences and nothing else', async () => {
  expect(await readdir(at('image'), { recursive: true })).toEqual([
    'app',
    'app/LICENSE',
    'app/hearth.mjs',
    'app/hearth.mjs.LEGAL.txt',
  ]);
});

test('the bundle is the same wherever it is built', async () => {
  const outfile = at('again/hearth.mjs');
  await bundle({ entry: join(ROOT, 'src/operator.ts'), outfile });
  expect((await readFile(outfile)).equals(await readFile(at('image/app/hearth.mjs')))).toBe(true);
});

test('it runs as nobody, and works with what the image has', async () => {
  const user = last.instructions.find(({ word }) => word === 'USER')?.rest;
  expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
  const account = { namespace: 'hearth-system', name: 'hearth', dir: folder };
  const { flags, file, env } = entryOf(last);
  const operator = await startOperator({
    name: 'dockerfile',
    kubeconfig: await serviceAccountKubeconfig(sharedTestenv(), account),
    namespaces: ['default'],
    entry: join(at('image'), file),
    nodeFlags: flags,
    env,
  });
  await eventually('it is ready', async () => (await fetch(`${operator.url}/readyz`)).ok, { timeoutMs: 30_000 });
  expect(await operator.stop()).toBe(0);
});
