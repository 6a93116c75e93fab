import { secretValues } from '../snapshot.ts';
import type { Trial } from '../trial.ts';
import type { Baseline } from './baseline.ts';

/**
 * A process whose cache is from before the children were made doubles nothing, makes no value anew, and is at the same
 * end once it has caught up.
 */
export async function survivesStaleCache(trial: Trial, { end, madeUp }: Baseline): Promise<void> {
  const { resourceVersion } = await trial.admin.list(
    `/api/v1/namespaces/${trial.options.cluster.namespace}/configmaps`,
  );
  const first = await trial.reachRest();
  await trial.converge(end, madeUp);
  await first.stop();
  const before = await trial.snapshot();
  const known = await identities(trial);
  const second = await trial.start({ stale: { resourceVersion, fresh: trial.type.plural } });
  await trial.wait('the operator has run on its stale cache', async () =>
    second.runs > 0 ? undefined : 'it has not run',
  );
  second.wire.release();
  await trial.rest(second);
  await trial.converge(end, madeUp);
  const doubled = [...(await identities(trial))].filter(([path, identity]) => known.get(path) !== identity);
  if (doubled.length > 0) {
    throw new Error(`on a stale cache these were made again: ${doubled.map(([path]) => path).join(', ')}`);
  }
  const after = await trial.snapshot();
  const changed = [...madeUp].filter((name) => name.includes('/f:data/') && before.get(name) !== after.get(name));
  if (changed.length > 0) {
    throw new Error(`on a stale cache these values were made anew: ${changed.join(', ')}`);
  }
}

/** The UIDs and Secret values of everything that was made. */
async function identities(trial: Trial): Promise<Map<string, string>> {
  const children = await trial.children();
  return new Map(
    [...children].map(([path, child]) => [path, JSON.stringify([child.metadata.uid, secretValues(path, child)])]),
  );
}
