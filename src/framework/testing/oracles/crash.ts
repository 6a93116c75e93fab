import type { Trial } from '../trial.ts';
import type { Moment } from '../wire.ts';
import type { Baseline } from './baseline.ts';

/** However a process ends at any one of its writes, the next one reaches the same end and keeps every made-up value. */
export async function survivesCrashes(trial: Trial, baseline: Baseline): Promise<void> {
  for (const moment of ['before', 'after'] as const) {
    for (let write = 1; await crashesAt(trial, { write, moment }); write += 1) {
      await recovers(trial, baseline).catch((error: unknown) => {
        throw new Error(`after a crash ${moment} write ${write}: ${String(error)}`, { cause: error });
      });
      await trial.clear();
    }
    await trial.clear();
  }
}

/** Lets a process end at a write. @returns whether there was such a write. */
export async function crashesAt(
  trial: Trial,
  crash: { readonly write: number; readonly moment: Moment },
  spec: Readonly<Record<string, unknown>> = {},
): Promise<boolean> {
  const run = await trial.start({ crash });
  await trial.createSample(spec);
  await trial.rest(run);
  const { hasStruck } = run.wire;
  await run.kill();
  return hasStruck;
}

async function recovers(trial: Trial, { end, madeUp }: Baseline): Promise<void> {
  const kept = await trial.snapshot();
  await trial.rest(await trial.start());
  await trial.converge(end, madeUp);
  const now = await trial.snapshot();
  // A digest of ours may change with what it is of; what was put into an object for others may not.
  const lost = [...madeUp].filter((name) => isValue(kept.get(name)) && kept.get(name) !== now.get(name));
  const values = lost.filter((name) => name.includes('/f:data/'));
  if (values.length > 0) {
    throw new Error(`values that were made before the crash were made again: ${values.join(', ')}`);
  }
}

function isValue(text: string | undefined): boolean {
  return text !== undefined && text !== '""';
}
