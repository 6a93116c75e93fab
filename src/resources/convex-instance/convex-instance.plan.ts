import { isDeepStrictEqual } from 'node:util';
import type { UpgradeRecord } from './convex-instance.schemas.ts';
import type { Revision } from './input/convex-input.ts';

/**
 * An upgrade by export and import, as a state machine without I/O. Its state is the record in the status. A run acts by
 * the record that it found there, and only then writes the next one: so a process that dies anywhere repeats a step, and
 * never skips one.
 */

/** How a Job is doing. */
export type JobState = 'running' | 'complete' | 'failed';

/** What is known before the parts are brought in line. */
export type UpgradeSituation = {
  readonly strategy: 'inPlace' | 'exportImport';
  /** What the spec asks for. */
  readonly wanted: Revision;
  /** What the StatefulSet has, if there is one. */
  readonly live: Revision | undefined;
  readonly record: UpgradeRecord | undefined;
  /** The value of the annotation by which people ask for another try. */
  readonly retry: string | undefined;
};

/** What a run does for an upgrade. */
export type UpgradeActs = {
  /** The backend that is to run. */
  readonly backend: Revision;
  readonly exports: boolean;
  readonly imports: boolean;
  /** Whether the volume with the copy is wanted. */
  readonly keepsCopy: boolean;
  /** Whether the upgrade has ended, or there is none. */
  readonly isSettled: boolean;
};

/** What is known afterwards. */
export type UpgradeProgress = {
  readonly exportJob: JobState | undefined;
  readonly importJob: JobState | undefined;
  /** Whether the backend of the acts runs and is ready. */
  readonly isBackendReady: boolean;
};

/** What is known of the backend that runs. */
export type RunningBackend = {
  readonly wanted: Revision;
  /** What the StatefulSet has, if there is one. */
  readonly found: Revision | undefined;
  /** What was rolled out last, as the status has it. */
  readonly recorded: Revision | undefined;
};

/**
 * What runs, as far as upgrades are concerned. What somebody else has put into the StatefulSet is put right, and is no
 * upgrade; only where nothing was recorded, as when another operator made it, the StatefulSet tells.
 */
export function runningRevision({ wanted, found, recorded }: RunningBackend): Revision | undefined {
  return found && (isSame(found, wanted) ? wanted : (recorded ?? found));
}

/** What to do while the record is as it is. Nothing here goes ahead of the record. */
export function actsOf({ strategy, wanted, live, record }: UpgradeSituation): UpgradeActs {
  const idle = { exports: false, imports: false, keepsCopy: false, isSettled: false };
  switch (record?.step) {
    case undefined:
    case 'Completed':
    case 'Abandoned': {
      // An upgrade that has to begin with an export waits for its record.
      const isHeld = strategy === 'exportImport' && live !== undefined && !isSame(live, wanted);
      const keepsCopy = record?.step === 'Abandoned';
      return { ...idle, backend: isHeld ? live : wanted, keepsCopy, isSettled: !isHeld };
    }
    case 'Exporting':
    case 'ExportFailed':
      return { ...idle, backend: record.from, exports: true, keepsCopy: true };
    case 'RollingUpdate':
      // Not the export: made again, it would be one of the new backend.
      return { ...idle, backend: record.to, keepsCopy: true };
    case 'Importing':
    case 'ImportFailed':
      return { ...idle, backend: record.to, imports: true, keepsCopy: true };
  }
}

/** The record as the spec and people would have it now: an upgrade begins, gets another goal, is given up, tried again. */
export function planUpgrade(situation: UpgradeSituation): UpgradeRecord | undefined {
  const { strategy, wanted, record } = situation;
  switch (record?.step) {
    case undefined:
    case 'Completed':
    case 'Abandoned':
      return begun(situation);
    case 'Exporting':
    case 'ExportFailed':
      return exporting(situation, record);
    case 'RollingUpdate':
      return { ...record, to: { ...wanted } };
    case 'Importing':
      // An import that is under way is finished first: half of it would be worse than either.
      return record;
    case 'ImportFailed':
      return strategy === 'inPlace'
        ? { ...record, step: 'Abandoned' }
        : repeated(situation, record, isSame(wanted, record.to) ? 'Importing' : 'RollingUpdate');
  }
}

/** The record after a run that acted by it. */
export function advance(record: UpgradeRecord | undefined, progress: UpgradeProgress): UpgradeRecord | undefined {
  switch (record?.step) {
    case undefined:
    case 'Completed':
    case 'Abandoned':
      return record;
    case 'Exporting':
    case 'ExportFailed':
      return { ...record, step: afterJob(progress.exportJob, ['Exporting', 'ExportFailed', 'RollingUpdate']) };
    case 'RollingUpdate':
      return progress.isBackendReady ? { ...record, step: 'Importing' } : record;
    case 'Importing':
    case 'ImportFailed':
      return { ...record, step: afterJob(progress.importJob, ['Importing', 'ImportFailed', 'Completed']) };
  }
}

/** Whether what a run has acted by is, with the record that it leaves, what the spec asks for and all there is to do. */
export function isSettledWith(situation: UpgradeSituation, acts: UpgradeActs): boolean {
  const next = actsOf({ ...situation, live: acts.backend });
  return next.isSettled && isSame(next.backend, acts.backend);
}

/** Whether an upgrade by export and import is under way or stuck. */
export function isActive(record: UpgradeRecord | undefined): record is UpgradeRecord {
  return record !== undefined && record.step !== 'Completed' && record.step !== 'Abandoned';
}

/** Whether two records say the same: otherwise there is one to write before anything is done for it. */
export function isSameRecord(a: UpgradeRecord | undefined, b: UpgradeRecord | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

type Step = UpgradeRecord['step'];

/** A Job that somebody deleted is made again, and so is running. */
function afterJob(job: JobState | undefined, [running, failed, done]: readonly [Step, Step, Step]): Step {
  if (job === 'complete') {
    return done;
  }
  return job === 'failed' ? failed : running;
}

function begun({ strategy, wanted, live, record, retry }: UpgradeSituation): UpgradeRecord | undefined {
  if (strategy !== 'exportImport' || live === undefined || isSame(live, wanted)) {
    // What was done last is told of for as long as it is still so.
    return record;
  }
  return {
    step: 'Exporting',
    from: { ...live },
    to: { ...wanted },
    attempt: (record?.attempt ?? 0) + 1,
    ...(retry === undefined ? {} : { retry }),
  };
}

/** Until the new backend runs, an upgrade can be given up by just forgetting it. */
function exporting(situation: UpgradeSituation, record: UpgradeRecord): UpgradeRecord | undefined {
  const { strategy, wanted } = situation;
  if (strategy === 'inPlace' || isSame(wanted, record.from)) {
    return undefined;
  }
  const isFailed = record.step === 'ExportFailed';
  return isFailed ? repeated(situation, record, 'Exporting') : { ...record, to: { ...wanted } };
}

/** After a failure nothing is tried again by itself: only for another goal, or when somebody asks. */
function repeated({ wanted, retry }: UpgradeSituation, record: UpgradeRecord, step: Step): UpgradeRecord {
  const isAsked = retry !== undefined && retry !== record.retry;
  if (!isAsked && isSame(wanted, record.to)) {
    return record;
  }
  const answered = retry === undefined ? {} : { retry };
  return { ...record, step, to: { ...wanted }, attempt: record.attempt + 1, ...answered };
}

function isSame(a: Revision, b: Revision): boolean {
  return a.image === b.image && a.version === b.version;
}
