import type { Trial } from '../trial.ts';
import { type Baseline, reachEnd } from './baseline.ts';

/** Every child that somebody deletes comes back, one after the other, and the end is the same. */
export async function restoresChildren(trial: Trial, { end, madeUp }: Baseline): Promise<void> {
  const run = await reachEnd(trial);
  for (const [path, child] of await trial.children()) {
    await trial.admin.delete(path);
    await trial.letGo(path);
    await trial.wait(`somebody deleted ${path}, and it comes back`, async () => {
      const found = await trial.admin.find(path);
      const isNew = found && found.metadata.uid !== child.metadata.uid && !found.metadata.deletionTimestamp;
      return isNew ? undefined : 'it is not there again';
    });
    await trial.converge(end, madeUp);
  }
  await trial.rest(run);
}
