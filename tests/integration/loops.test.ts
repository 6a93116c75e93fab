import { beforeAll, expect } from 'vitest';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import type { Suite } from '../harness/suite.ts';
import { explained, startTrials, trial, useTrials } from '../harness/trials.ts';

type SeenEvent = {
  readonly reason: string;
  readonly note: string;
  readonly series?: { readonly count: number };
  readonly regarding: { readonly name: string };
};

const test = testNeeding('controllers');
const suite = useTrials('loops');
beforeAll(async () => await startTrials(suite()));

async function loopEvents(current: Suite): Promise<SeenEvent[]> {
  const { stdout } = await current.kubectl('get', 'events.events.k8s.io', '-n', current.namespace, '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: SeenEvent[] };
  return items.filter(({ reason }) => reason === 'ReconcileLoop');
}

/** Waits until one of these objects was found to be in a loop and is held back for at least a second. */
async function held(...names: readonly string[]): Promise<void> {
  await eventually(`${names.join(' or ')} is held back`, () => Promise.all(names.map((n) => explained(suite(), n))), {
    timeoutMs: 60_000,
    until: (found) => found.some(({ loop, queue }) => loop !== undefined && (queue.inMs ?? 0) > 1_000),
  });
}

test('broken objects are found, told of once and slowed down, and healthy ones beside them are left alone', async () => {
  await suite().apply(
    trial('stamp', { behaviour: 'stamp' }),
    trial('rollout', { behaviour: 'rollout' }),
    trial('fight-a', { behaviour: 'claim', target: 'contested' }),
    trial('fight-b', { behaviour: 'claim', target: 'contested' }),
    trial('alone', { behaviour: 'claim', target: 'own' }),
    trial('reader', { behaviour: 'healthy', target: 'contested' }),
  );
  await held('stamp');
  await held('rollout');
  await held('fight-a', 'fight-b'); // while one is held back, the other has nothing to fight with
  const events = await eventually('three loops are told of', () => loopEvents(suite()), {
    until: (found) => new Set(found.map(({ regarding }) => regarding.name)).size >= 3,
  });
  const noteOf = (name: string) => events.find(({ regarding }) => regarding.name === name)?.note;
  const { namespace } = suite();
  expect(noteOf('stamp')).toContain(`Trial ${namespace}/stamp (status.stamp)`);
  expect(noteOf('rollout')).toContain(
    `Deployment ${namespace}/rollout (spec.template.metadata.annotations[example.com/run])`,
  );
  expect(noteOf('fight-a') ?? noteOf('fight-b')).toContain(`ConfigMap ${namespace}/contested (data.owner)`);
  expect(noteOf('alone') ?? noteOf('reader')).toBeUndefined();
  expect(events.filter(({ series }) => series !== undefined)).toEqual([]);
  const metrics = await (await fetch(`${suite().operator.url}/metrics`)).text();
  expect(metrics).toMatch(/^hearth_reconcile_loops_total\{kind="Trial"\} [34]$/m);
});

test('an object that is held back runs at once when somebody changes it, and is healthy again', async () => {
  await held('stamp');
  await suite().apply(trial('stamp', { behaviour: 'healthy' }));
  await eventually('it has run for its new spec', () => suite().get('trial', 'stamp'), {
    until: ({ status }) => status?.['observedGeneration'] === 2,
  });
  await eventually('it is in no loop any more', () => explained(suite(), 'stamp'), {
    until: ({ loop }) => loop === undefined,
  });
});
