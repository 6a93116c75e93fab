import { ANNOTATION_DOMAIN } from '../api/field-manager.ts';
import type { PartResult } from '../conditions/summary.ts';
import type { Logger } from '../observe/logger.ts';
import { logMistake } from '../observe/mistakes.ts';
import type { RunTrouble } from '../observe/run.ts';
import { type Trouble, troubleOf } from '../outcome.ts';

/**
 * A person's way out: with this annotation set to `true`, an object that is being deleted is let go without cleaning
 * up, for when what it made outside the cluster is out of reach for good.
 */
export const RELEASE_ANNOTATION = `${ANNOTATION_DOMAIN}/release`;

/** Whoever waits for a deletion is told how to end the wait. */
export function withWayOut(trouble: Trouble): Trouble {
  if (trouble.kind === 'silent') {
    return trouble;
  }
  const message = `Cannot clean up: ${trouble.message}. To let it go as it is, set the annotation ${RELEASE_ANNOTATION}=true`;
  return { ...trouble, message };
}

/** Does work and tells what trouble it ended in, if any. */
export async function attempt(work: () => Promise<void>, logger: Logger): Promise<Trouble | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    logMistake(logger, error);
    return troubleOf(error);
  }
}

/** What a run waited for and what was wrong, of the whole and of its parts. */
export function troublesOf(trouble: Trouble | undefined, parts: readonly PartResult[] = []): RunTrouble[] {
  const troubles = parts.flatMap((part) => part.trouble ?? []);
  const all = trouble && !troubles.includes(trouble) ? [trouble, ...troubles] : troubles;
  return all.flatMap((each) =>
    each.kind === 'silent' ? [] : { kind: each.kind, reason: each.reason, message: each.message },
  );
}

/** From least to most urgent to run again. */
const URGENCY = ['stalled', 'waiting', 'failed', 'silent'] as const;

/** The trouble that decides when the object runs again: the most urgent one of the run as a whole and of its parts. */
export function mostUrgentOf(trouble: Trouble | undefined, parts: readonly PartResult[]): Trouble | undefined {
  if (trouble?.kind === 'failed') {
    return trouble; // a run that is ended for its length aborts its parts: that is no lost race
  }
  const troubles = [trouble, ...parts.map((part) => part.trouble)].filter((each) => each !== undefined);
  return troubles.sort((a, b) => URGENCY.indexOf(b.kind) - URGENCY.indexOf(a.kind))[0];
}
