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
  await reachSilence(trial);
  const end = await trial.snapshot();
  await trial.clear();
  return end;
}

/** Brings the sample to where two further runs in a row send nothing: what it waits for may come after it got Ready. */
export async function reachSilence(trial: Trial) {
  const run = await trial.reachRest();
  let silent = 0;
  await trial.wait('the operator falls silent', async () => {
    const before = run.wire.writes.length;
    await trial.touch(run);
    const writes = run.wire.writes.slice(before);
    silent = writes.length === 0 ? silent + 1 : 0;
    const texts = writes.map(({ verb, path, subresource }) => [verb, path, subresource].join(' ').trim());
    return silent >= 2 ? undefined : `a run of an unchanged object wrote: ${texts.join(', ') || 'nothing, just now'}`;
  });
  return run;
}
