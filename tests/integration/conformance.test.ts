import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import type { Rule } from '../../src/framework/rights/rule.ts';
import { EVENT_RULES, rulesFor } from '../../src/framework/rights/rules.ts';
import { compareRights, excusesIn, type Grant, rulesIn } from '../../src/framework/testing/rights.ts';
import { definitions } from '../../src/resources/resources.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { prerequisites } from '../conformance/prerequisites.ts';
import { samplesOf } from '../conformance/samples.ts';
import { conformanceTests, describeTrial } from '../conformance/trial.ts';
import { MY_RESOURCE_RULES, myResource } from '../harness/my-resource.ts';

const ROOT = join(import.meta.dirname, '../..');

/** By its path only, because the guide's text compiles under settings of its own. */
const EXAMPLE: string = join(ROOT, 'examples/my-resource/my-resource.ts');
const { myResourceDefinition } = (await import(EXAMPLE)) as { myResourceDefinition: AnyDefinition };

const EVENTS: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };
const registered = new Map<AnyDefinition, (() => readonly Grant[])[]>();

/** What a kind declares, and what the framework does for every kind; the shipped roles are made of nothing else. */
const rightsOf = (definition: AnyDefinition) => [...rulesFor(definition), ...EVENT_RULES];

for (const definition of definitions) {
  const rights = rulesIn(rightsOf(definition));
  registered.set(definition, []);
  for (const sample of samplesOf(definition)) {
    describeTrial(`${definition.kind} ${sample.metadata.name}`, () => {
      const trial = { definition, sample, rights, prerequisites: prerequisites[definition.kind] };
      registered.get(definition)?.push(conformanceTests(trial));
    });
  }
}

describeTrial('the example of the guide', () => {
  const rights = [...MY_RESOURCE_RULES, EVENTS];
  const unrepaired = [{ fields: '/f:metadata/', because: 'the guide compares specs only' }];
  conformanceTests({ definition: myResourceDefinition, sample: myResource(), rights, unrepaired });
});

for (const definition of definitions) {
  testNeeding(
    'controllers',
    'pods',
    'audit',
  )(`the rights that ${definition.kind} declares are exactly what it asks for`, () => {
    const grants = (registered.get(definition) ?? []).flatMap((read) => read());
    const rights = rightsOf(definition);
    expect(grants.length).toBeGreaterThan(0);
    expect(grants.filter(({ code }) => code === 403)).toEqual([]);
    expect(compareRights(rulesIn(rights), grants, excusesIn(rights))).toEqual([]);
  });
}

test('a kind without a sample is told where to put one', () => {
  const [definition] = definitions;
  expect(() => samplesOf({ ...(definition as AnyDefinition), kind: 'NewKind' })).toThrow(
    'NewKind has no sample: put one into test-manifests/new-kind/',
  );
});
