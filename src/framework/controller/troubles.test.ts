import { describe, expect, test } from 'vitest';
import type { Trouble } from '../outcome.ts';
import { mostUrgentOf } from './troubles.ts';

const stalled: Trouble = { kind: 'stalled', reason: 'InvalidSpec', message: '' };
const waiting: Trouble = { kind: 'waiting', reason: 'MissingSecret', message: '', retryAfterMs: 1_000 };
const failed: Trouble = { kind: 'failed', reason: 'Failed', message: '' };
const silent: Trouble = { kind: 'silent' };

const partsIn = (...troubles: readonly (Trouble | undefined)[]) =>
  troubles.map((trouble) => ({ name: 'part', ready: trouble === undefined, trouble }));

describe('when an object runs again', () => {
  test.each([
    { name: 'nothing', end: undefined, parts: [], urgent: undefined },
    { name: 'the end alone', end: waiting, parts: [undefined], urgent: waiting },
    { name: 'a part that failed, although the run ended in waiting', end: waiting, parts: [failed], urgent: failed },
    { name: 'a part that waits, although no retry helps the rest', end: stalled, parts: [waiting], urgent: waiting },
    { name: 'a part that lost a race, although the run waits', end: waiting, parts: [failed, silent], urgent: silent },
    { name: 'the end that failed, although parts were aborted by it', end: failed, parts: [silent], urgent: failed },
  ])('is decided by $name', ({ end, parts, urgent }) => {
    expect(mostUrgentOf(end, partsIn(...parts))).toBe(urgent);
  });
});
