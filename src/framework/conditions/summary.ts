import type { Trouble } from '../outcome.ts';
import type { Conditions } from './conditions.ts';

/** How one named part of an object fared in a run. */
export type PartResult = {
  readonly name: string;
  readonly ready: boolean;
  readonly trouble?: Trouble | undefined;
  /** What `Ready` is to say when it names this part; the part's own condition, when it has one, unless given. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
};

/**
 * Settles the conditions that are computed and never written by a kind's parts: `Ready`, and for kstatus-based tools
 * `Reconciling` and `Stalled`, which are present only while they are true.
 *
 * A `Ready` that the kind set itself in this run stands, unless the run as a whole ended in trouble. A run that lost a
 * race anywhere is not summarised at all: it is repeated at once, and what is known stands until then.
 */
export function summarise(conditions: Conditions, parts: readonly PartResult[], trouble: Trouble | undefined): void {
  if (trouble && trouble.kind !== 'silent') {
    conditions.put('Ready', { status: 'False', reason: trouble.reason, message: trouble.message });
  } else if (!conditions.wasSet('Ready')) {
    putReady(conditions, parts);
  }
  const ready = conditions.get('Ready');
  const stalled = [trouble, ...parts.map((part) => part.trouble)].find((each) => each?.kind === 'stalled');
  if (ready?.status === 'True') {
    conditions.remove('Reconciling');
    conditions.remove('Stalled');
  } else if (stalled?.kind === 'stalled') {
    conditions.remove('Reconciling');
    conditions.put('Stalled', { status: 'True', reason: stalled.reason, message: stalled.message });
  } else {
    conditions.remove('Stalled');
    conditions.put('Reconciling', { status: 'True', reason: ready?.reason, message: ready?.message });
  }
}

function putReady(conditions: Conditions, parts: readonly PartResult[]): void {
  const unready = parts.find((part) => !part.ready);
  if (!unready) {
    // The last part stands on all others, so what it says is the news.
    const message = conditions.get(parts.at(-1)?.name ?? '')?.message || 'Everything is in place';
    conditions.put('Ready', { status: 'True', reason: 'Ready', message });
    return;
  }
  const condition = conditions.get(unready.name);
  const { reason = condition?.reason, message = condition?.message } = unready;
  conditions.put('Ready', { status: 'False', reason, message });
}
