import { describe, expect, test } from 'vitest';
import type { Explanation } from '../framework/framework.ts';
import { UsageError } from './exit-codes.ts';
import { questionOf } from './explain.ts';
import { explanationTable } from './explain-table.ts';

describe('questionOf', () => {
  test.each([
    'GenerateSecret/db',
    'generatesecret/db',
    'generatesecrets/db',
    'generate-secrets/db',
    'GENERATESECRET/db',
  ])('knows what %s is', (target) => {
    expect(questionOf(target, 'home')).toEqual({ kind: 'GenerateSecret', key: 'home/db' });
  });

  test.each(['', 'db', 'generatesecret/', '/db', 'generatesecret/a/b', 'pods/a'])(
    'refuses %o and says what would do',
    (target) => {
      expect(() => questionOf(target, 'home')).toThrow(UsageError);
    },
  );
});

describe('explanationTable', () => {
  const idle: Explanation = {
    kind: 'Domain',
    object: 'home/a',
    leading: true,
    cached: { resourceVersion: '7', generation: 2 },
    queue: { state: 'idle', causes: [] },
    runs: [],
  };

  test('has a paragraph for now and one for each run', () => {
    const run: Explanation['runs'][number] = {
      id: 'x-1',
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 12,
      causes: ['own spec at version 7', 'retry 1'],
      requests: [
        { method: 'PATCH', path: '/api/v1/x', code: 200 },
        { method: 'GET', path: '/api/v1/y', code: 0 },
      ],
      requestCount: 3,
      read: ['Secret home/s'],
      wrote: [{ kind: 'Service', object: 'home/a', result: 'updated', fields: ['spec.ports'], resourceVersion: '8' }],
      skipped: ['Deployment home/a'],
      outcome: 'waiting',
      troubles: [{ kind: 'waiting', reason: 'MissingSecret', message: 'There is no Secret' }],
      nextRunMs: 5_000,
    };
    expect(explanationTable({ ...idle, runs: [run] })).toBe(
      [
        'Domain home/a, at version 7 of generation 2',
        'Next: nothing is planned; a change starts a run',
        '',
        '2026-01-01T00:00:00.000Z  x-1  waiting  12 ms',
        '  because    own spec at version 7',
        '             retry 1',
        '  read       Secret home/s',
        '  asked      PATCH /api/v1/x → 200',
        '             GET /api/v1/y → no answer',
        '             and 1 more',
        '  wrote      Service home/a updated: spec.ports',
        '  unchanged  Deployment home/a',
        '  waits for  MissingSecret (waiting): There is no Secret',
        '  again      after 5 s',
      ].join('\n'),
    );
  });

  test.each<{ parts: Partial<Explanation>; line: string }>([
    { parts: {}, line: 'No run is remembered.' },
    { parts: { leading: false }, line: 'The process that answered stands by: it runs nothing.' },
    {
      parts: { queue: { state: 'planned', inMs: 1_250, causes: ['retry 2'] } },
      line: 'Next: in 1.3 s (retry 2)',
    },
    {
      parts: { loop: { runs: 25, heldMs: 4_000 } },
      line: 'Loop: its own writes started 25 runs in a row; it is held back for 4 s',
    },
  ])('says: $line', ({ parts, line }) => {
    expect(explanationTable({ ...idle, ...parts }).split('\n')).toContain(line);
  });
});
