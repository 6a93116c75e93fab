import { expect, test } from 'vitest';
import { findingsOf } from '../../src/framework/testing/conformance.ts';
import { brokenKinds } from '../conformance/broken-kinds.ts';
import { SPECIMEN_RULES, specimen, specimenDefinition, worldOf } from '../conformance/specimen.ts';
import { describeTrial, startTrial } from '../conformance/trial.ts';

/** What a broken kind never does is waited for this long; a sound one is given as long as it takes. */
const PATIENCE_MS = 20_000;

async function findings({ flaw, rules = [] }: Pick<(typeof brokenKinds)[number], 'flaw' | 'rules'>) {
  const rights = [...SPECIMEN_RULES, ...rules];
  const definition = specimenDefinition(flaw);
  const trial = await startTrial({
    definition,
    sample: specimen('one'),
    rights,
    outside: worldOf,
    patienceMs: PATIENCE_MS,
  });
  try {
    return await findingsOf(trial.conformance, rights);
  } finally {
    await trial.end();
  }
}

describeTrial('an oracle', () => {
  test('finds nothing wrong with a sound kind', { timeout: 300_000 }, async () => {
    expect(await findings({ flaw: {} })).toEqual([]);
  });

  test.for(brokenKinds)('$caughtBy, and no other, catches a kind that $name', { timeout: 300_000 }, async (broken) => {
    const found = await findings(broken);
    expect([...new Set(found.map(({ oracle }) => oracle))], JSON.stringify(found)).toEqual([broken.caughtBy]);
  });
});
