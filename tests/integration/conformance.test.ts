import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import type { Rule } from '../../src/framework/rights/rule.ts';
import { EVENT_RULES, rulesFor } from '../../src/framework/rights/rules.ts';
import { oracles } from '../../src/framework/testing/conformance.ts';
import { compareRights, excusesIn, type Grant, refusalsIn, rulesIn } from '../../src/framework/testing/rights.ts';
import { definitions } from '../../src/resources/resources.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { trialOf } from '../conformance/kind-trial.ts';
import { samplesOf } from '../conformance/samples.ts';
import { conformanceTests, describeTrial, episodeTest } from '../conformance/trial.ts';
import { MY_RESOURCE_RULES, myResource } from '../harness/my-resource.ts';

const ROOT = join(import.meta.dirname, '../..');

/** By its path only, because the guide's text compiles under settings of its own. */
const EXAMPLE: string = join(ROOT, 'examples/my-resource/my-resource.ts');
const { myResourceDefinition } = (await import(EXAMPLE)) as { myResourceDefinition: AnyDefinition };

/** Each kind may do what it declares, and nothing else: the shipped roles are made of the same. */
for (const definition of definitions) {
  const declared = [...rulesFor(definition), ...EVENT_RULES];
  const rights = rulesIn(declared);
  const trials: (() => readonly Grant[])[] = [];
  const kindTrial = await trialOf(definition);
  // The operator of a kind of the whole cluster sees the objects of every trial.
  const alone = definition.scope === 'Cluster';
  const { only, unrepaired, episodes = [] } = kindTrial;
  for (const sample of samplesOf(definition)) {
    const by = only ? only[sample.metadata.name] : oracles;
    const trial = { definition, sample, rights, kindTrial, by, unrepaired };
    if (by) {
      const declare = () => void trials.push(conformanceTests(trial));
      describeTrial(`${definition.kind} ${sample.metadata.name}`, declare, { alone });
    }
  }
  for (const episode of episodes) {
    const declare = () => void trials.push(episodeTest(definition, episode, rights));
    describeTrial(`${definition.kind} ${episode.name}`, declare, { alone });
  }
  testNeeding(
    'controllers',
    'pods',
    'audit',
  )(`${definition.kind} asks for exactly the rights that it declares`, () => {
    const grants = trials.flatMap((read) => read());
    expect(grants.length).toBeGreaterThan(0);
    expect(refusalsIn(grants)).toEqual([]);
    expect(compareRights(rights, grants, excusesIn(declared))).toEqual([]);
  });
}

const EVENTS: Rule = { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] };

describeTrial('the example of the guide', () => {
  const rights = [...MY_RESOURCE_RULES, EVENTS];
  const unrepaired = [{ fields: '/f:metadata/', because: 'the guide compares specs only' }];
  conformanceTests({ definition: myResourceDefinition, sample: myResource(), rights, unrepaired });
});

test('a kind without a sample is told where to put one', () => {
  const [definition] = definitions;
  expect(() => samplesOf({ ...(definition as AnyDefinition), kind: 'NewKind' })).toThrow(
    'NewKind has no sample: put one into test-manifests/new-kind/',
  );
});
