import type { WriteGateway } from '../api/apply.ts';
import { digestOf } from '../api/digest.ts';
import { isNotFound } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import { isWrong, summarise } from '../conditions/summary.ts';
import type { Trouble } from '../outcome.ts';
import type { Status, Subject } from './subject.ts';
import { endSuspension, isTrue, RESUMED_EVENT, SUSPENDED, SUSPENDED_EVENT, suspendedStatus } from './suspension.ts';
import { mostUrgentOf } from './troubles.ts';

export type RunEnd = {
  /** What ended the run as a whole; the parts' own troubles stand in the subject. */
  readonly trouble: Trouble | undefined;
  readonly gateway: WriteGateway;
  readonly signal: AbortSignal;
};

/**
 * Ends a run: computes the summary, writes the status if it differs, and tells in an event if `Ready` changed.
 * @returns the trouble that decides when to run again.
 */
export async function settleRun(subject: Subject, { trouble, gateway, signal }: RunEnd): Promise<Trouble | undefined> {
  const worst = mostUrgentOf(trouble, subject.parts);
  if (worst?.kind === 'silent') {
    return worst;
  }
  // Whoever waits for a deletion is told of what stands in its way, and of the way out.
  const isDeleted = subject.object.metadata.deletionTimestamp !== undefined;
  summarise(subject.conditions, isDeleted ? [] : subject.parts, trouble);
  const isResumed = endSuspension(subject);
  if (subject.parts.length > 0 && isTrue(subject.conditions.get('Ready'))) {
    subject.conditions.removeOutdated();
  }
  if (await writeStatus(subject, subject.status(), { gateway, signal })) {
    tellOfReady(subject, [trouble, worst]);
    if (isResumed) {
      subject.record(RESUMED_EVENT);
    }
  }
  return worst;
}

/** Ends what is no run: all that is written for a suspended object is that it is suspended, and that once. */
export async function settleSuspended(subject: Subject, ending: Omit<RunEnd, 'trouble'>): Promise<void> {
  const wasSuspended = isTrue(subject.conditions.get(SUSPENDED));
  if ((await writeStatus(subject, suspendedStatus(subject), ending)) && !wasSuspended) {
    subject.record(SUSPENDED_EVENT);
  }
}

/** @returns whether there was anything to write, and the object was still there. */
async function writeStatus(
  subject: Subject,
  status: Status,
  { gateway, signal }: Omit<RunEnd, 'trouble'>,
): Promise<boolean> {
  const changed = digestOf(status) !== digestOf(subject.observedStatus);
  return changed && (await write(subject, gateway.applyStatus(subject.object, status, signal)));
}

/** @returns whether the object was still there. */
async function write(subject: Subject, request: Promise<KubeObject>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      subject.logger.debug('deleted before its status was written');
      return false;
    }
    throw error;
  }
}

function tellOfReady(subject: Subject, troubles: readonly (Trouble | undefined)[]): void {
  const before = subject.observedStatus.conditions?.find(({ type }) => type === 'Ready');
  const ready = subject.conditions.get('Ready');
  const same = (['status', 'reason', 'message'] as const).every((field) => before?.[field] === ready?.[field]);
  // A kind may have words of its own for becoming Ready, and one event tells it.
  if (!ready || same || (ready.status === 'True' && subject.hasTold('Ready'))) {
    return;
  }
  const bad = troubles.some(isWrong);
  subject.record({ type: bad ? 'Warning' : 'Normal', reason: ready.reason, note: ready.message || ready.reason });
}
