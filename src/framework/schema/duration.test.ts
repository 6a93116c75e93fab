import { describe, expect, test } from 'vitest';
import { duration, parseDuration } from './duration.ts';

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
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each(['', '7d', '1', 'h', '1h 30m', '1h-30m', 'P7D', '1.h.', 'forever'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  test.each(['0', '0s', '168h', '1h30m', '1.5h', '2µs'])('%j fits into the schema', (text) => {
    expect(duration().safeParse(text).success).toBe(true);
  });

  test.each(['', '5', '-2m', '+1s', '1d', '1h ', 'h'])('%j does not', (text) => {
    expect(duration().safeParse(text).success).toBe(false);
  });
});
