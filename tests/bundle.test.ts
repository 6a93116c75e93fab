import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from '../scripts/bundle.ts';

describe('the bundle of the operator', () => {
  let folder = '';
  let made: Bundle | undefined;
  const outfile = () => join(folder, 'operator.mjs');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-bundle-'));
    made = await bundle({ entry: join(import.meta.dirname, '../src/operator.ts'), outfile: outfile() });
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true }));

  test('has the parts of its dependencies that are used', () => {
    expect(made?.inputs).toEqual(
      expect.arrayContaining([
        'node_modules/@kubernetes/client-node/dist/config.js',
        'node_modules/@dot-i/k8s-operator/dist/operator.js',
      ]),
    );
  });

  test.each([
    ['models of the API', 'client-node/dist/gen/models/'],
    ['undici', 'node_modules/undici/'],
    ['foreign languages', 'zod/v4/locales/fr'],
    ['HTTP clients beside our own', 'node_modules/gaxios/'],
    ['tests, or what they need', /^tests\/|\.test\.ts|\/testing\/|\.(?:trial|bench|demo|node)\.ts$/],
  ])('has no %s', (_, path) => {
    expect(made?.inputs.filter((input) => input.search(path) >= 0)).toEqual([]);
  });

  test('is ASCII, so that Node keeps one byte for a character and not two', async () => {
    const text = await readFile(outfile(), 'utf8');
    expect(text.match(/[^\0-\x7f]/)?.[0]).toBeUndefined();
  });
});
