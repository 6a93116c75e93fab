import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trouble } from '../outcome.ts';
import { type Condition, type ConditionInput, Conditions } from './conditions.ts';
import { type PartResult, summarise } from './summary.ts';

const before = '2026-01-01T00:00:00Z';
const generation = 3;

function conditionsOf(...observed: Condition[]): Conditions {
  return new Conditions({ observed, generation, now: () => new Date('2026-11-20T00:00:00Z') });
}

function observed(type: string, status: Condition['status']): Condition {
  return { type, status, reason: 'Old', message: 'old', lastTransitionTime: before, observedGeneration: 2 };
}

/** What is left when times do not matter. */
function told(conditions: Conditions): string[] {
  return conditions.list().map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`);
}

const waiting = { kind: 'waiting', reason: 'MissingSecret', message: 'Secret a/b does not exist' } as const;
const stalled = { kind: 'stalled', reason: 'InvalidSpec', message: 'The version does not exist' } as const;
const failed = { kind: 'failed', reason: 'Failed', message: 'boom' } as const;

describe('Ready without a word of the author', () => {
  test('is true when there are no parts', () => {
    const conditions = conditionsOf();
    summarise(conditions, [], undefined);
    expect(told(conditions)).toEqual(['Ready=True Ready: Everything is in place']);
  });

  test('is true when every part is ready, and no trouble of before is left', () => {
    const conditions = conditionsOf(
      observed('Ready', 'False'),
      observed('Reconciling', 'True'),
      observed('Stalled', 'True'),
    );
    summarise(conditions, [{ name: 'Database', ready: true }], undefined);
    expect(told(conditions)).toEqual(['Ready=True Ready: Everything is in place']);
  });

  test('tells of the first part that is not ready, in the words of its condition', () => {
    const conditions = conditionsOf();
    conditions.put('Cache', { status: 'False', reason: 'Starting', message: '0 of 1 replicas' });
    conditions.put('Route', { status: 'False', reason: 'NoGateway', message: 'There is no Gateway' });
    const parts = [
      { name: 'Database', ready: true },
      { name: 'Cache', ready: false },
      { name: 'Route', ready: false },
    ];
    summarise(conditions, parts, undefined);
    expect(told(conditions)).toContain('Ready=False Starting: 0 of 1 replicas');
    expect(told(conditions)).toContain('Reconciling=True Starting: 0 of 1 replicas');
  });

  test('is false also when the unready part has no condition', () => {
    const conditions = conditionsOf();
    summarise(conditions, [{ name: 'Cache', ready: false }], undefined);
    expect(told(conditions)).toEqual(['Ready=False NotReady: ', 'Reconciling=True NotReady: ']);
  });
});

describe('what the author says of Ready', () => {
  test.each([
    { name: 'true although a part is not', status: 'True', others: [] },
    { name: 'false although every part is', status: 'False', others: ['Reconciling=True Mine: my words'] },
    { name: 'unknown', status: 'Unknown', others: ['Reconciling=True Mine: my words'] },
  ] as const)('stands: $name', ({ status, others }) => {
    const conditions = conditionsOf();
    conditions.put('Ready', { status, reason: 'Mine', message: 'my words' });
    summarise(conditions, [{ name: 'Cache', ready: status === 'False' }], undefined);
    expect(told(conditions)).toEqual([`Ready=${status} Mine: my words`, ...others]);
  });

  test('of an earlier run does not stand', () => {
    const conditions = conditionsOf(observed('Ready', 'False'));
    summarise(conditions, [], undefined);
    expect(conditions.get('Ready')?.status).toBe('True');
  });

  test.each([waiting, failed])('is overridden when the run ended in trouble ($kind)', (trouble) => {
    const conditions = conditionsOf();
    conditions.put('Ready', { status: 'True' });
    summarise(conditions, [], trouble);
    const words = `${trouble.reason}: ${trouble.message}`;
    expect(told(conditions)).toEqual([`Ready=False ${words}`, `Reconciling=True ${words}`]);
  });
});

describe('Ready of a run that ended in trouble after a part was not ready', () => {
  const login = (trouble: Trouble | undefined) => ({ name: 'Login', ready: false, trouble });
  const late = { kind: 'waiting', reason: 'NoAddress', message: 'The Service has no address' } as const;

  function readyAfter(part: PartResult, trouble: Trouble): string | undefined {
    const conditions = conditionsOf();
    const words =
      part.trouble && part.trouble.kind !== 'silent' ? part.trouble : { reason: 'Starting', message: 'soon' };
    conditions.put('Login', { status: 'False', reason: words.reason, message: words.message });
    summarise(conditions, [{ name: 'Cache', ready: true }, part], trouble);
    return conditions.get('Ready')?.reason;
  }

  test.each([
    { name: 'both wait', part: waiting, end: late, reason: 'MissingSecret' },
    { name: 'the part tells of no trouble, and the end waits', part: undefined, end: late, reason: 'Starting' },
    { name: 'the part failed, and the end waits', part: failed, end: late, reason: 'Failed' },
    { name: 'the part stalls, and the end failed', part: stalled, end: failed, reason: 'InvalidSpec' },
    { name: 'the part waits, and the end failed', part: waiting, end: failed, reason: 'Failed' },
    { name: 'the part waits, and the end stalls', part: waiting, end: stalled, reason: 'InvalidSpec' },
    { name: 'the part tells of no trouble, and the end failed', part: undefined, end: failed, reason: 'Failed' },
  ] as const)('tells of what came first, unless that only waits: $name', ({ part, end, reason }) => {
    expect(readyAfter(login(part), end)).toBe(reason);
  });

  test('and Stalled tells of the same', () => {
    const conditions = conditionsOf();
    const end = { ...stalled, reason: 'Rejected' };
    summarise(conditions, [{ name: 'Login', ready: false, trouble: stalled, reason: 'InvalidSpec' }], end);
    expect(told(conditions)).toContain('Stalled=True InvalidSpec: The version does not exist');
    expect(conditions.get('Ready')?.reason).toBe('InvalidSpec');
  });
});

describe('Stalled', () => {
  test('stands in the place of Reconciling when no retry can help', () => {
    const conditions = conditionsOf(observed('Reconciling', 'True'));
    summarise(conditions, [], stalled);
    expect(told(conditions)).toEqual([
      'Ready=False InvalidSpec: The version does not exist',
      'Stalled=True InvalidSpec: The version does not exist',
    ]);
  });

  test('tells of a part that stalls, whichever part Ready tells of', () => {
    const conditions = conditionsOf();
    conditions.put('Cache', { status: 'False', reason: 'Starting', message: 'it starts' });
    const parts = [
      { name: 'Cache', ready: false },
      { name: 'Route', ready: false, trouble: stalled },
    ];
    summarise(conditions, parts, undefined);
    expect(told(conditions)).toContain('Ready=False Starting: it starts');
    expect(told(conditions)).toContain('Stalled=True InvalidSpec: The version does not exist');
    expect(conditions.get('Reconciling')).toBeUndefined();
  });

  test('goes when the trouble is over or of another kind', () => {
    const conditions = conditionsOf(observed('Stalled', 'True'));
    summarise(conditions, [], waiting);
    expect(conditions.list().map(({ type }) => type)).toEqual(['Ready', 'Reconciling']);
  });
});

test('the same run again changes nothing, so that nothing is written', () => {
  const first = conditionsOf();
  summarise(first, [{ name: 'Cache', ready: false, trouble: failed }], undefined);
  const second = new Conditions({ observed: first.list(), generation, now: () => new Date('2027-01-01T00:00:00Z') });
  summarise(second, [{ name: 'Cache', ready: false, trouble: failed }], undefined);
  expect(second.list()).toStrictEqual(first.list());
});

describe("Flux' invariants", () => {
  const words = { reason: fc.constantFrom('A', 'B'), message: fc.constantFrom('', 'words') };
  const loud = fc.record({
    kind: fc.constantFrom('waiting' as const, 'stalled' as const, 'failed' as const),
    ...words,
  });
  const status = fc.constantFrom('True' as const, 'False' as const, 'Unknown' as const);
  const type = fc.constantFrom('Ready', 'Reconciling', 'Stalled', 'Database', 'Cache');
  const earlier: fc.Arbitrary<Condition> = fc.record({
    type,
    status,
    ...words,
    lastTransitionTime: fc.constant(before),
    observedGeneration: fc.integer({ min: 1, max: generation }),
  });
  const part: fc.Arbitrary<PartResult> = fc.oneof(
    fc.record({ name: fc.constantFrom('Database', 'Cache', 'Route'), ready: fc.boolean() }),
    fc.record({
      name: fc.constantFrom('Database', 'Cache', 'Route'),
      ready: fc.constant(false),
      trouble: loud,
    }),
  );
  const run = fc.record({
    earlier: fc.uniqueArray(earlier, { selector: (each) => each.type }),
    author: fc.option(fc.record({ status, ...words }), { nil: undefined }),
    parts: fc.array(part, { maxLength: 4 }),
    trouble: fc.option(loud, { nil: undefined }),
  });

  function check(conditions: Conditions, author: ConditionInput | undefined, trouble: Trouble | undefined): void {
    const ready = conditions.get('Ready');
    const abnormal = ['Reconciling', 'Stalled'].flatMap((each) => conditions.get(each) ?? []);
    expect(ready?.status).toBeOneOf(['True', 'False', ...(author?.status === 'Unknown' ? ['Unknown'] : [])]);
    expect(abnormal).toHaveLength(ready?.status === 'True' ? 0 : 1);
    expect(abnormal.every(({ status: each }) => each === 'True')).toBe(true);
    expect(ready?.status === 'True' && trouble !== undefined).toBe(false);
    expect([ready, ...abnormal].every((each) => each?.observedGeneration === generation)).toBe(true);
    const types = conditions.list().map((each) => each.type);
    expect(new Set(types).size).toBe(types.length);
    for (const { observedGeneration, reason } of conditions.list()) {
      expect(observedGeneration).toBeLessThanOrEqual(generation);
      expect(reason).toMatch(/^[A-Za-z]\w*$/);
    }
  }

  test('hold after every run', () => {
    fc.assert(
      fc.property(run, ({ earlier: found, author, parts, trouble }) => {
        const conditions = conditionsOf(...found);
        if (author) {
          conditions.put('Ready', author);
        }
        summarise(conditions, parts, trouble);
        check(conditions, author, trouble);
      }),
      { numRuns: 1_000 },
    );
  });

  test('hold after every run of a long life, in which nothing moves a time but a change of status', () => {
    fc.assert(
      fc.property(fc.array(run, { maxLength: 8 }), (runs) => {
        let current: Condition[] = [];
        for (const [hour, { parts, trouble }] of runs.entries()) {
          const now = () => new Date(Date.UTC(2026, 0, 1, hour));
          const conditions = new Conditions({ observed: current, generation, now });
          summarise(conditions, parts, trouble);
          check(conditions, undefined, trouble);
          for (const was of current) {
            const is = conditions.get(was.type);
            const moved = is !== undefined && is.lastTransitionTime !== was.lastTransitionTime;
            expect(moved).toBe(is !== undefined && is.status !== was.status);
          }
          current = conditions.list();
        }
      }),
    );
  });
});
