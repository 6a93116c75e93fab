import { expect, test } from 'vitest';
import { eventually } from '../../testenv/src/wait.ts';
import { runsInProgress } from '../harness/observations.ts';
import type { OperatorProcess } from '../harness/operator-process.ts';
import { useReplicas } from '../harness/replicas.ts';

const replicas = useReplicas('shutdown');

/** An operator that is in the middle of a run. */
async function startAtWork(behaviour: string, stopSeconds: number): Promise<OperatorProcess> {
  const operator = await replicas().startLeader(behaviour, { HEARTH_STOP_SECONDS: String(stopSeconds) });
  await replicas().misbehave(behaviour);
  await eventually('it is at work', () => runsInProgress(operator, 'Unruly'), { until: (runs) => runs === 1 });
  return operator;
}

test('a run that takes seconds is finished, and its status is written', async () => {
  const operator = await startAtWork('slow', 60);
  expect(await operator.stop()).toBe(0);
  await replicas().suite.condition({ kind: 'unruly', name: 'slow' }, 'Ready', 'True');
  expect((await replicas().lease()).holder).toBe('');
});

test('a run that would take too long is told to end, and the lease is given back', async () => {
  const operator = await startAtWork('patient', 4);
  expect(await operator.stop()).toBe(0);
  expect((await replicas().lease()).holder).toBe('');
});

test('a run that does not listen is left behind when time is over, and the lease is kept for its time', async () => {
  const operator = await startAtWork('hang', 4);
  expect(await operator.stop()).toBe(1);
  expect((await replicas().lease()).holder).toBe('hang');
});

test('a second signal ends running runs at once', async () => {
  const operator = await startAtWork('patient', 600);
  process.kill(operator.pid, 'SIGTERM');
  // Two signals that come together are one.
  await eventually('it has heard the first one', () => operator.log().includes('"stopping"'));
  expect(await operator.stop()).toBe(0);
  expect((await replicas().lease()).holder).toBe('');
});
