import { describe, expect, test } from 'vitest';
import { parseGoDuration } from './go-duration.ts';

describe("a duration in Go's notation", () => {
  test.each([
    ['168h', 604_800_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['0', 0],
    ['-2m', -120_000],
    ['+1s', 1000],
    ['1m0.5s', 60_500],
    ['10ms', 10],
    ['2us', 0.002],
    ['2µs', 0.002],
    ['.5s', 500],
  ])('%s is %d ms', (text, ms) => {
    expect(parseGoDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each(['', '7d', '1', 'h', '1h 30m', '1h-30m', 'P7D', '1.h.', 'forever'])('%j is none', (text) => {
    expect(parseGoDuration(text)).toBeUndefined();
  });
});
