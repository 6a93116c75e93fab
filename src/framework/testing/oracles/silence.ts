import type { Trial } from '../trial.ts';
import { reachSilence } from './baseline.ts';

/** A run of what is at rest writes nothing: neither a second one nor the first one of a new process. */
export async function isSilent(trial: Trial): Promise<void> {
  const first = await reachSilence(trial);
  await first.stop();
  const second = await trial.start();
  await trial.rest(second);
  const texts = second.wire.writes.map(({ verb, path, subresource }) => [verb, path, subresource].join(' ').trim());
  if (texts.length > 0) {
    throw new Error(`a new process wrote although nothing had changed: ${texts.join(', ')}`);
  }
}
