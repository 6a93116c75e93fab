import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import { oracles } from '../../src/framework/testing/conformance.ts';
import { compareRights, type Excuse, type Grant, type Rule } from '../../src/framework/testing/rights.ts';
import { definitions } from '../../src/resources/resources.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { prerequisites } from '../conformance/prerequisites.ts';
import { samplesOf } from '../conformance/samples.ts';
import { conformanceTests, describeTrial, episodeTest } from '../conformance/trial.ts';
import { MY_RESOURCE_RULES, myResource } from '../harness/my-resource.ts';

const ROOT = join(import.meta.dirname, '../..');

/** By its path only, because the guide's text compiles under settings of its own. */
const EXAMPLE: string = join(ROOT, 'examples/my-resource/my-resource.ts');
const { myResourceDefinition } = (await import(EXAMPLE)) as { myResourceDefinition: AnyDefinition };

/** Rights that no request of any trial shows, and why they are declared. */
const EXCUSES: readonly Excuse[] = [
  ...definitions.map(({ group, names }) => ({
    right: `update ${group}/${names.plural}/finalizers`,
    because: 'asked for by the admission plugin OwnerReferencesPermissionEnforcement, which is off by default',
  })),
  { right: 'patch events.k8s.io/events', because: 'asked for only when the same event comes twice' },
];

/** What the shipped manifests allow the operator everywhere. */
function shippedRules(): readonly Rule[] {
  const documents = parseAllDocuments(readFileSync(join(ROOT, 'manifests/rbac/role.yaml'), 'utf8'));
  const roles = documents.map((each) => each.toJS() as { kind: string; rules: Rule[] });
  return roles.find(({ kind }) => kind === 'ClusterRole')?.rules ?? [];
}

const EVENTS: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
const registered: (() => readonly Grant[])[] = [];

for (const definition of definitions) {
  const { only, unrepaired, episodes = [] } = prerequisites[definition.kind] ?? {};
  for (const sample of samplesOf(definition)) {
    const by = only ? only[sample.metadata.name] : oracles;
    if (!by) {
      continue;
    }
    describeTrial(`${definition.kind} ${sample.metadata.name}`, () => {
      const trial = {
        definition,
        sample,
        rights: 'hearth',
        prerequisites: prerequisites[definition.kind],
        by,
        unrepaired,
      };
      registered.push(conformanceTests(trial));
    });
  }
  for (const episode of episodes) {
    describeTrial(`${definition.kind} ${episode.name}`, () => {
      registered.push(episodeTest(definition, episode));
    });
  }
}

describeTrial('the example of the guide', () => {
  const rights = [...MY_RESOURCE_RULES, EVENTS];
  const unrepaired = [{ fields: '/f:metadata/', because: 'the guide compares specs only' }];
  conformanceTests({ definition: myResourceDefinition, sample: myResource(), rights, unrepaired });
});

testNeeding(
  'controllers',
  'pods',
  'audit',
)('the shipped rights are exactly what the kinds ask for', () => {
  const grants = registered.flatMap((read) => read());
  expect(grants.length).toBeGreaterThan(0);
  expect(grants.filter(({ code }) => code === 403)).toEqual([]);
  expect(compareRights(shippedRules(), grants, EXCUSES)).toEqual([]);
});

test('a kind without a sample is told where to put one', () => {
  const [definition] = definitions;
  expect(() => samplesOf({ ...(definition as AnyDefinition), kind: 'NewKind' })).toThrow(
    'NewKind has no sample: put one into test-manifests/new-kind/',
  );
});
