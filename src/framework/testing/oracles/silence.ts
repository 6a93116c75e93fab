import type { SentRequest } from '../sent-request.ts';
import type { Trial } from '../trial.ts';

/** How many runs in a row must be silent: a kind may also write on every other one. */
const SILENT_RUNS = 3;

/** A run of what is at rest writes nothing: neither a further one nor the first one of a new process. */
export async function isSilent(trial: Trial): Promise<void> {
  const first = await trial.reachRest();
  let silent = 0;
  await trial.wait('the operator falls silent', async () => {
    const before = first.wire.writes.length;
    await trial.touch(first);
    const writes = first.wire.writes.slice(before);
    silent = writes.length === 0 ? silent + 1 : 0;
    return silent === SILENT_RUNS
      ? undefined
      : `a run of an unchanged object wrote: ${textOf(writes) || 'a moment ago'}`;
  });
  await first.stop();
  const second = await trial.start();
  await trial.rest(second);
  if (second.wire.writes.length > 0) {
    throw new Error(`a new process wrote although nothing had changed: ${textOf(second.wire.writes)}`);
  }
}

function textOf(writes: readonly SentRequest[]): string {
  return writes.map(({ verb, path, subresource }) => [verb, path, subresource].join(' ').trim()).join(', ');
}
