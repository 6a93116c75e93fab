import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  actsOf,
  advance,
  isActive,
  isSameRecord,
  isSettledWith,
  type JobState,
  planUpgrade,
  runningRevision,
  type UpgradeSituation,
} from './convex-instance.plan.ts';
import type { UpgradeRecord } from './convex-instance.schemas.ts';
import type { Revision } from './input/convex-input.ts';

const A: Revision = { image: 'convex:a', version: '1' };
const B: Revision = { image: 'convex:b', version: '2' };
const C: Revision = { image: 'convex:c', version: '3' };
/** Another version of the same image. */
const A2: Revision = { image: 'convex:a', version: '2' };

const record = (step: UpgradeRecord['step'], parts: Partial<UpgradeRecord> = {}): UpgradeRecord => {
  return { step, from: A, to: B, attempt: 1, ...parts };
};

const situation = (parts: Partial<UpgradeSituation>): UpgradeSituation => {
  return { strategy: 'exportImport', wanted: B, live: A, record: undefined, retry: undefined, ...parts };
};

const none = { exportJob: undefined, importJob: undefined, isBackendReady: true };

describe('what a run does', () => {
  test.each([
    ['installs at once', situation({ live: undefined }), B],
    ['rolls out in place at once', situation({ strategy: 'inPlace' }), B],
    ['holds the old backend until the record is there', situation({}), A],
    ['holds it for another version of the same image, too', situation({ live: A, wanted: A2 }), A],
    ['holds it while the export is made', situation({ record: record('Exporting') }), A],
    ['holds it when the export has failed', situation({ record: record('ExportFailed') }), A],
    ['rolls out after the export', situation({ record: record('RollingUpdate') }), B],
    ['finishes an import before another goal', situation({ record: record('Importing'), wanted: C }), B],
  ])('%s', (_, given, backend) => {
    expect(actsOf(given).backend).toEqual(backend);
  });

  test('never makes the export again when the new backend may run, and keeps the copy until it is imported', () => {
    for (const step of ['RollingUpdate', 'Importing', 'ImportFailed', 'Abandoned'] as const) {
      expect(actsOf(situation({ record: record(step), live: B }))).toMatchObject({ exports: false, keepsCopy: true });
    }
    expect(actsOf(situation({ record: record('Completed'), live: B })).keepsCopy).toBe(false);
  });
});

describe('the record', () => {
  test.each([
    ['begins', situation({}), record('Exporting')],
    ['begins for a version only', situation({ wanted: A2 }), record('Exporting', { to: A2 })],
    ['does not begin in place', situation({ strategy: 'inPlace' }), undefined],
    ['does not begin at the first install', situation({ live: undefined }), undefined],
    ['stays when all is done', situation({ live: B, record: record('Completed') }), record('Completed')],
    [
      'begins again after an earlier one',
      situation({ live: B, wanted: C, record: record('Completed') }),
      record('Exporting', { from: B, to: C, attempt: 2 }),
    ],
    [
      'gets another goal while the export is made',
      situation({ wanted: C, record: record('Exporting') }),
      record('Exporting', { to: C }),
    ],
    ['is dropped when the change is undone', situation({ wanted: A, record: record('Exporting') }), undefined],
    ['is dropped for an upgrade in place', situation({ strategy: 'inPlace', record: record('Exporting') }), undefined],
    ['waits after a failed export', situation({ record: record('ExportFailed') }), record('ExportFailed')],
    [
      'tries again for another goal',
      situation({ wanted: C, record: record('ExportFailed') }),
      record('Exporting', { to: C, attempt: 2 }),
    ],
    [
      'tries again when asked',
      situation({ retry: 'x', record: record('ExportFailed') }),
      record('Exporting', { attempt: 2, retry: 'x' }),
    ],
    [
      'does not try again for what was answered',
      situation({ retry: 'x', record: record('ExportFailed', { retry: 'x' }) }),
      record('ExportFailed', { retry: 'x' }),
    ],
    [
      'gets another goal while it rolls out',
      situation({ wanted: C, record: record('RollingUpdate') }),
      record('RollingUpdate', { to: C }),
    ],
    ['keeps its goal while it imports', situation({ wanted: C, record: record('Importing') }), record('Importing')],
    [
      'rolls out another goal after a failed import',
      situation({ wanted: C, live: B, record: record('ImportFailed') }),
      record('RollingUpdate', { to: C, attempt: 2 }),
    ],
    [
      'is abandoned, and not forgotten, when a failed import is given up',
      situation({ strategy: 'inPlace', live: B, record: record('ImportFailed') }),
      record('Abandoned'),
    ],
  ])('%s', (_, given, expected) => {
    expect(planUpgrade(given)).toEqual(expected);
  });

  test.each([
    ['Exporting', { ...none, exportJob: 'running' }, 'Exporting'],
    ['Exporting', { ...none, exportJob: 'complete' }, 'RollingUpdate'],
    ['Exporting', { ...none, exportJob: 'failed' }, 'ExportFailed'],
    ['ExportFailed', none, 'Exporting'],
    ['RollingUpdate', { ...none, isBackendReady: false }, 'RollingUpdate'],
    ['RollingUpdate', none, 'Importing'],
    ['Importing', { ...none, importJob: 'failed' }, 'ImportFailed'],
    ['Importing', { ...none, importJob: 'complete' }, 'Completed'],
    ['Completed', none, 'Completed'],
    ['Abandoned', none, 'Abandoned'],
  ] as const)('of %s with %j is %s next', (step, progress, next) => {
    expect(advance(record(step), progress)?.step).toBe(next);
  });
});

const settling: readonly (readonly [
  string,
  Partial<UpgradeSituation>,
  { left?: UpgradeRecord; isSettled: boolean },
])[] = [
  ['a new install', { live: undefined }, { isSettled: true }],
  ['a backend that is held', {}, { isSettled: false }],
  ['an upgrade that begins', {}, { left: record('Exporting'), isSettled: false }],
  ['a complete import', { record: record('Importing'), live: B }, { left: record('Completed'), isSettled: true }],
  ['a change that was undone', { record: record('Exporting'), wanted: A }, { isSettled: true }],
  ['an upgrade that is given up', { record: record('Exporting'), strategy: 'inPlace' }, { isSettled: false }],
  [
    'a goal that came during the import',
    { record: record('Importing'), live: B, wanted: C },
    { left: record('Completed'), isSettled: false },
  ],
];

test.each([
  ['nothing at all', undefined, undefined, undefined],
  ['what another operator made', A, undefined, A],
  ['what was rolled out', A, A, A],
  ['what somebody else has changed', C, A, A],
  ['what is wanted already', B, A, B],
] as const)('of %s, the running backend is told', (...[, found, recorded, expected]) => {
  expect(runningRevision({ wanted: B, found, recorded })).toEqual(expected);
});

test.each(settling)(
  'the run of %s is settled, or not, by the record that it leaves',
  (_, parts, { left, isSettled }) => {
    const given = situation(parts);
    expect(isSettledWith({ ...given, record: left }, actsOf(given))).toBe(isSettled);
  },
);

/** A cluster as far as an upgrade changes it, and a person who changes their mind. */
class World {
  wanted = A;
  strategy: UpgradeSituation['strategy'] = 'exportImport';
  retry: string | undefined;
  /** Whether an upgrade was ever made in place, which needs no copy. */
  hasBeenInPlace = false;
  record: UpgradeRecord | undefined;
  live: Revision | undefined;
  /** What the status says that was rolled out last. */
  revision: Revision | undefined;
  isReady = false;
  exportJob: { attempt: number; state: JobState } | undefined;
  importJob: { attempt: number; state: JobState } | undefined;
  /** On the volume: the data of which backend. */
  copy: Revision | undefined;

  get situation(): UpgradeSituation {
    const { strategy, wanted, live, revision, record: found, retry } = this;
    return {
      strategy,
      wanted,
      live: runningRevision({ wanted, found: live, recorded: revision }),
      record: found,
      retry,
    };
  }

  /** A run; one that is killed does its work and leaves no record of it. */
  run(isKilled: boolean): void {
    const { situation: given } = this;
    const acts = actsOf(given);
    const planned = planUpgrade(given);
    this.#roll(acts.backend);
    if (!acts.keepsCopy) {
      this.#dropCopy();
    }
    const attempt = given.record?.attempt ?? 0;
    this.exportJob = this.#job(this.exportJob, acts.exports, attempt);
    this.importJob = this.#job(this.importJob, acts.imports, attempt);
    if (this.importJob) {
      // Only into the backend that was rolled out, and only what was exported.
      expect(this.copy).toEqual(given.record?.from);
      expect(this.live).toEqual(given.record?.to);
    }
    const isPlanned = isSameRecord(planned, given.record);
    const progress = {
      exportJob: this.exportJob?.state,
      importJob: this.importJob?.state,
      isBackendReady: this.isReady,
    };
    const next = isPlanned ? advance(given.record, progress) : planned;
    if (!isKilled) {
      this.record = next;
      this.revision = acts.backend;
    }
  }

  #roll(backend: Revision): void {
    if (JSON.stringify(this.live) === JSON.stringify(backend)) {
      return;
    }
    if (this.live && !this.hasBeenInPlace && isActive(this.record)) {
      expect(this.copy, 'no new backend before the export').toEqual(this.record.from);
    }
    const isAllowed = this.live === undefined || this.hasBeenInPlace || isActive(this.record);
    expect(isAllowed, 'nothing is rolled out without an upgrade').toBe(true);
    this.live = backend;
    this.isReady = false;
  }

  #dropCopy(): void {
    if (this.copy && isActive(this.record)) {
      expect(this.record.step, 'a copy is needed until it is imported').toBe('Completed');
    }
    this.copy = undefined;
  }

  #job(job: World['exportJob'], isWanted: boolean, attempt: number): World['exportJob'] {
    if (!isWanted) {
      return undefined;
    }
    const isOld = job !== undefined && job.attempt !== attempt;
    const current = isOld ? undefined : job;
    return current ?? (this.isReady ? { attempt, state: 'running' } : undefined);
  }

  finishJobs(state: JobState): void {
    if (this.exportJob?.state === 'running') {
      this.exportJob = { ...this.exportJob, state };
      this.copy = state === 'complete' ? this.live : this.copy;
    }
    if (this.importJob?.state === 'running') {
      this.importJob = { ...this.importJob, state };
    }
  }
}

const events: Readonly<Record<string, (world: World) => void>> = {
  run: (world) => world.run(false),
  killed: (world) => world.run(true),
  ready: (world) => {
    world.isReady = world.live !== undefined;
  },
  restarts: (world) => {
    world.isReady = false;
  },
  jobSucceeds: (world) => world.finishJobs('complete'),
  jobFails: (world) => world.finishJobs('failed'),
  jobExpires: (world) => {
    world.exportJob = undefined;
    world.importJob = undefined;
  },
  wantA: (world) => {
    world.wanted = A;
  },
  wantA2: (world) => {
    world.wanted = A2;
  },
  wantB: (world) => {
    world.wanted = B;
  },
  wantC: (world) => {
    world.wanted = C;
  },
  retry: (world) => {
    world.retry = `${world.retry ?? ''}x`;
  },
};

const withStrategies: typeof events = {
  ...events,
  inPlace: (world) => {
    world.strategy = 'inPlace';
    world.hasBeenInPlace = true;
  },
  exportImport: (world) => {
    world.strategy = 'exportImport';
  },
};

/** From now on everything goes well, and nobody changes anything. */
function settle(world: World): void {
  world.retry = `${world.retry ?? ''}!`;
  for (let round = 0; round < 30; round += 1) {
    world.run(false);
    world.isReady = true;
    world.finishJobs('complete');
  }
}

describe('an upgrade by export and import', () => {
  test('never rolls out before its export nor loses a copy, wherever it is killed, and ends well', () => {
    const names = fc.array(fc.constantFrom(...Object.keys(events)), { maxLength: 60 });
    fc.assert(
      fc.property(names, (sequence) => {
        const world = new World();
        for (const name of sequence) {
          events[name]?.(world);
        }
        settle(world);
        expect(world.live).toEqual(world.wanted);
        expect(isActive(world.record)).toBe(false);
        expect([world.exportJob, world.importJob]).toEqual([undefined, undefined]);
      }),
      { numRuns: 1000 },
    );
  });

  test('ends well also when the strategy changes in the middle', () => {
    const names = fc.array(fc.constantFrom(...Object.keys(withStrategies)), { maxLength: 60 });
    fc.assert(
      fc.property(names, (sequence) => {
        const world = new World();
        for (const name of sequence) {
          withStrategies[name]?.(world);
        }
        settle(world);
        expect(world.live).toEqual(world.wanted);
        expect(isActive(world.record)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
