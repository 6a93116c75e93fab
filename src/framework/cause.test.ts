import { describe, expect, test } from 'vitest';
import { type Cause, Causes, describeCause, describeCauses, isCause, labelOf } from './cause.ts';

const secret = (resourceVersion: string): Cause => {
  return { type: 'reference', kind: 'Secret', object: 'home/db', change: 'changed', resourceVersion };
};

describe('Causes', () => {
  test('the same cause counts once, another version of the same object is another cause', () => {
    const causes = new Causes(secret('1'), secret('1'), secret('2'), { type: 'start' }, { type: 'start' });
    expect(causes.list()).toEqual([secret('1'), secret('2'), { type: 'start' }]);
    expect(causes.dropped).toBe(0);
  });

  test('of many only the first are kept, and the others are counted', () => {
    const causes = new Causes(...Array.from({ length: 20 }, (_, index) => secret(String(index))));
    expect(causes.list()).toHaveLength(8);
    expect(causes.dropped).toBe(12);
    const all = new Causes({ type: 'start' });
    all.addAll(causes);
    expect(all.list()).toHaveLength(8);
    expect(all.dropped).toBe(13);
    expect(describeCauses(all.list(), all.dropped).at(-1)).toBe('13 more');
  });
});

describe('a cause', () => {
  test.each<{ cause: Cause; words: string; label: string }>([
    { cause: { type: 'start' }, words: 'found at start-up', label: 'start' },
    { cause: { type: 'object', change: 'spec', resourceVersion: '7' }, words: 'own spec at version 7', label: 'spec' },
    { cause: secret('8'), words: 'Secret home/db changed at version 8', label: 'reference' },
    { cause: { type: 'timer', afterMs: 1_500 }, words: 'timer after 1.5 s', label: 'timer' },
    { cause: { type: 'retry', attempt: 3 }, words: 'retry 3', label: 'retry' },
    { cause: { type: 'asked', inRun: true }, words: 'asked for by the last run', label: 'asked' },
    { cause: { type: 'asked', inRun: false }, words: 'asked for by the kind', label: 'asked' },
    {
      cause: { type: 'echo', kind: 'Domain', object: 'home/a', resourceVersion: '9' },
      words: 'echo of our write of Domain home/a, version 9',
      label: 'echo',
    },
  ])('is told as "$words" and counted as $label', ({ cause, words, label }) => {
    expect(describeCause(cause)).toBe(words);
    expect(labelOf(cause)).toBe(label);
  });

  test.each([undefined, null, 'start', 3, {}, { type: 'click' }, new Event('start')])('is not %o', (value) => {
    expect(isCause(value)).toBe(false);
  });
});
