import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Causes } from '../cause.ts';
import { Journal } from './journal.ts';
import { currentRun, outsideRuns, within } from './run.ts';

const causes = new Causes({ type: 'start' });

const request = (index: number) => ({ method: 'GET', path: `/api/v1/${index}`, code: 200, durationMs: 1 });

function configMap(resourceVersion: string, data?: unknown) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', uid: 'u', resourceVersion }, data };
}

describe('Journal', () => {
  test('keeps the last five runs of an object, the latest first, each with an id of its own', () => {
    const journal = new Journal();
    const ids = Array.from({ length: 8 }, () => journal.begin('Domain', 'home/a', causes).id);
    journal.begin('Domain', 'home/b', causes);
    expect(journal.runsOf('Domain', 'home/a').map(({ id }) => id)).toEqual(ids.slice(3).reverse());
    expect(new Set(ids).size).toBe(8);
    expect(journal.runsOf('Other', 'home/a')).toEqual([]);
  });

  test('keeps a thousand runs in all, and forgets those who ran longest ago', () => {
    const journal = new Journal();
    for (let i = 0; i < 1_500; i++) {
      journal.begin('Domain', `home/${i}`, causes);
      journal.begin('Domain', 'home/busy', causes);
    }
    const kept = Array.from({ length: 1_500 }, (_, index) => journal.runsOf('Domain', `home/${index}`).length);
    expect(kept.reduce((sum, each) => sum + each, 0)).toBe(995);
    expect(kept[0]).toBe(0);
    expect(kept.at(-1)).toBe(1);
    expect(journal.runsOf('Domain', 'home/busy')).toHaveLength(5);
  });

  test('knows the versions that we wrote, the latest two thousand', () => {
    const journal = new Journal();
    for (let i = 0; i <= 2_000; i++) {
      journal.remember('Domain', 'home/a', `${i}`);
    }
    expect(journal.isOurs('Domain', 'home/a', '2000')).toBe(true);
    expect(journal.isOurs('Domain', 'home/a', '0')).toBe(false);
    expect(journal.isOurs('Domain', 'home/b', '2000')).toBe(false);
  });
});

describe('a run', () => {
  const begin = () => new Journal().begin('Domain', 'home/a', causes);

  test('tells what it did, and nothing of what came after its end', () => {
    const run = begin();
    run.requested(request(1));
    run.looked({ apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'home' });
    run.looked({ apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'home' });
    run.skipped({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a', namespace: 'home' } });
    run.wrote(undefined, configMap('1'), {});
    run.wrote(configMap('1', { key: 'old' }), configMap('2', { key: 'new' }), { data: { key: 'new' } });
    run.wrote(configMap('2'), configMap('2'), {});
    const troubles = [{ kind: 'waiting', reason: 'MissingSecret', message: 'There is no Secret' }];
    run.ended({ outcome: 'waiting', troubles, nextRunMs: 1_000 });
    run.requested(request(2));
    run.wrote(undefined, configMap('3'), {});
    expect(run.record()).toEqual({
      id: run.id,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      durationMs: expect.any(Number),
      causes: ['found at start-up'],
      requests: [{ method: 'GET', path: '/api/v1/1', code: 200 }],
      requestCount: 1,
      read: ['Secret home/s'],
      wrote: [
        { kind: 'ConfigMap', object: 'a', result: 'created', fields: [], resourceVersion: '1' },
        { kind: 'ConfigMap', object: 'a', result: 'updated', fields: ['data.key'], resourceVersion: '2' },
        { kind: 'ConfigMap', object: 'a', result: 'unchanged by the server', fields: [], resourceVersion: '2' },
      ],
      skipped: ['Service home/a'],
      outcome: 'waiting',
      troubles,
      nextRunMs: 1_000,
    });
    expect(JSON.stringify(run.record())).not.toMatch(/old|new/);
  });

  test('counts more requests than it keeps', () => {
    const run = begin();
    for (let i = 0; i < 100; i++) {
      run.requested(request(i));
    }
    expect(run.record().requests).toHaveLength(30);
    expect(run.record().requestCount).toBe(100);
  });

  test('is found by whatever it awaits, beside others, and not by what outlives it', async () => {
    const [first, second] = [begin(), begin()];
    const seen: unknown[] = [];
    const look = async () => {
      await delay(1);
      return currentRun();
    };
    const found = await Promise.all([within(first, look), within(second, look), look()]);
    await within(first, async () => outsideRuns(() => seen.push(currentRun())));
    expect(found).toEqual([first, second, undefined]);
    expect(seen).toEqual([undefined]);
  });
});
