import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { breakingChanges, createCrdManifest } from '../src/framework/framework.ts';
import { definitions } from '../src/resources/resources.ts';

const RELEASED = join(import.meta.dirname, '../manifests/released-crds');

/** Changes that break something and are made all the same, by the name of the CRD, in the words of `breakingChanges`. */
const ACCEPTED: Readonly<Record<string, readonly string[]>> = {};

const crds = definitions.map((definition) => createCrdManifest(definition, { url: 'https://localhost/convert' }));
const fileOf = ({ metadata }: { metadata: { name: string } }) => join(RELEASED, `${metadata.name}.yaml`);

test.each(crds.filter((crd) => existsSync(fileOf(crd))))('$metadata.name takes what its last release took', (crd) => {
  const changes = breakingChanges(parse(readFileSync(fileOf(crd), 'utf8')), crd);
  expect(changes.filter((change) => !ACCEPTED[crd.metadata.name]?.includes(change))).toEqual([]);
});

test('there is a release to compare with', () => {
  expect(readdirSync(RELEASED)).not.toEqual([]);
});
