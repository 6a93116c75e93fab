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
 * A `Ready` that the kind set itself in this run stands, unless the run as a whole ended in trouble. Then it tells of what
 * came first: of a part that was not ready, since the end of the run often only follows from it, or of the end. But what
 * is wrong is never hidden behind a part that merely waits. A run that lost a race anywhere is not summarised at all: it
 * is repeated at once, and what is known stands until then.
 */
export function summarise(conditions: Conditions, parts: readonly PartResult[], trouble: Trouble | undefined): void {
  if (trouble && trouble.kind !== 'silent') {
    const first = parts.find((part) => !part.ready && (trouble.kind === 'waiting' || isWrong(part.trouble)));
    putUnready(conditions, first ? wordsOf(conditions, first) : trouble);
  } else if (!conditions.wasSet('Ready')) {
    putReady(conditions, parts);
  }
  const ready = conditions.get('Ready');
  const stalled = [...parts.map((part) => part.trouble), trouble].find((each) => each?.kind === 'stalled');
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
  putUnready(conditions, wordsOf(conditions, unready));
}

type Words = Pick<PartResult, 'reason' | 'message'>;

function putUnready(conditions: Conditions, { reason, message }: Words): void {
  conditions.put('Ready', { status: 'False', reason, message });
}

function wordsOf(conditions: Conditions, part: PartResult): Words {
  const condition = conditions.get(part.name);
  return { reason: part.reason ?? condition?.reason, message: part.message ?? condition?.message };
}

/** Whether something is wrong, and not only waited for or to be repeated. */
export function isWrong(trouble: Trouble | undefined): boolean {
  return trouble?.kind === 'failed' || trouble?.kind === 'stalled';
}
