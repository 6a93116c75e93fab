import type { OperatorRun } from '../operator-run.ts';
import { differences, type Snapshot } from '../snapshot.ts';
import type { Trial } from '../trial.ts';

/** What undisturbed runs come to: the end that every disturbed one must reach too. */
export type Baseline = {
  readonly end: Snapshot;
  /** Fields that were different in two undisturbed runs: generated, and what is derived from that. */
  readonly madeUp: ReadonlySet<string>;
};

/** Runs the sample to its end twice, without any disturbance. */
export async function measureBaseline(trial: Trial): Promise<Baseline> {
  const first = await undisturbedEnd(trial);
  const second = await undisturbedEnd(trial);
  return { end: second, madeUp: new Set(differences(first, second)) };
}

async function undisturbedEnd(trial: Trial): Promise<Snapshot> {
  await reachEnd(trial);
  const end = await trial.snapshot();
  await trial.clear();
  return end;
}

/** Brings the sample to where a further run changes nothing: what it waits for may come after it got Ready. */
export async function reachEnd(trial: Trial): Promise<OperatorRun> {
  const run = await trial.reachRest();
  let end = await trial.snapshot();
  await trial.wait('the sample comes to an end', async () => {
    await trial.touch(run);
    const before = end;
    end = await trial.snapshot();
    const moving = differences(before, end);
    return moving.length === 0 ? undefined : `one more run changed ${moving.join(', ')}`;
  });
  return run;
}
