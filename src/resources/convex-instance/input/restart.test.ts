import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intervalOf, planRestart, type RestartInput } from './restart.ts';

const HOUR = 3_600_000;
const now = new Date('2026-01-08T00:00:00.500Z');
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR).toISOString().replace(/\.\d+/, '');
const plan = (parts: Partial<RestartInput>) =>
  planRestart({ intervalMs: 168 * HOUR, uid: 'u', now, live: undefined, isHeldBack: false, ...parts });

describe('the periodic restart', () => {
  test('begins with stamps on a new backend', () => {
    const { stamps, isDue, nextMs } = plan({});
    expect(stamps).toEqual({ lastRestart: '2026-01-08T00:00:00Z', trigger: '2026-01-08T00:00:00Z' });
    expect(isDue).toBe(false);
    expect(nextMs).toBeLessThanOrEqual(168 * HOUR);
  });

  test('comes when the interval has passed, and both stamps say so', () => {
    const { stamps, isDue } = plan({ live: { lastRestart: ago(169), trigger: ago(169) } });
    expect(isDue).toBe(true);
    expect(stamps).toEqual({ lastRestart: '2026-01-08T00:00:00Z', trigger: '2026-01-08T00:00:00Z' });
  });

  test('changes nothing before that', () => {
    const live = { lastRestart: ago(1), trigger: ago(2) };
    expect(plan({ live })).toMatchObject({ isDue: false, stamps: live });
  });

  test.each([
    [{ lastRestart: 'nonsense', trigger: ago(200) }, true],
    [{ lastRestart: undefined, trigger: undefined, created: ago(200) }, true],
    [{ lastRestart: ago(1), trigger: ago(200) }, false],
    [{}, false],
  ])('counts from the first stamp that is one: %j', (live, isDue) => {
    expect(plan({ live }).isDue).toBe(isDue);
  });

  test('does not come during an upgrade, and comes after it', () => {
    const live = { lastRestart: ago(200), trigger: ago(200) };
    expect(plan({ live, isHeldBack: true })).toMatchObject({ isDue: false, stamps: live });
    expect(plan({ live, isHeldBack: true }).nextMs).toBeGreaterThan(0);
    expect(plan({ live }).isDue).toBe(true);
  });

  test.each(['0s', '-1h'])('never comes with %s, and what was stamped stays', (text) => {
    const live = { lastRestart: ago(999), trigger: ago(999) };
    expect(plan({ intervalMs: intervalOf(text) ?? Number.NaN, live })).toEqual({
      stamps: live,
      isDue: false,
      nextMs: undefined,
    });
  });

  test('does not come more often than every minute', () => {
    expect(plan({ intervalMs: 1, live: { lastRestart: ago(30 / 3600) } }).isDue).toBe(false);
    expect(plan({ intervalMs: 1, live: { lastRestart: ago(90 / 3600) } }).isDue).toBe(true);
  });

  test('comes at other times for other instances, and never later than asked', () => {
    const waits = new Set(Array.from({ length: 50 }, (_, index) => plan({ uid: `u${index}` }).nextMs));
    expect(waits.size).toBeGreaterThan(40);
    for (const wait of waits) {
      expect(wait).toBeGreaterThan(150 * HOUR);
      expect(wait).toBeLessThanOrEqual(168 * HOUR);
    }
  });

  test('decided twice at one moment, is decided the same: the second run changes nothing', () => {
    const stamps = fc.option(fc.constantFrom(ago(1), ago(200), 'nonsense'), { nil: undefined });
    const situation = fc.record({ lastRestart: stamps, trigger: stamps, created: stamps });
    fc.assert(
      fc.property(situation, fc.boolean(), (live, isHeldBack) => {
        const first = plan({ live, isHeldBack });
        const second = plan({ live: { ...live, ...first.stamps }, isHeldBack });
        expect(second.stamps).toEqual(first.stamps);
        expect(second.isDue).toBe(false);
      }),
    );
  });
});
