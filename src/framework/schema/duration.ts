import { z } from 'zod';

/** Milliseconds in each unit of Go's notation of durations. */
const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Zero and more; Go's own notation also has a sign. */
const DURATION = /^(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|ms|s|m|h))+)$/;

/** A span of time in Go's notation, such as `168h` or `1h30m`; see {@link parseDuration} for its value. */
export function duration() {
  return z.string().regex(DURATION);
}

const WHOLE = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/** The milliseconds of a duration in Go's notation, such as `168h`, `1h30m` or `-1.5s`; `undefined` for what is none. */
export function parseDuration(text: string): number | undefined {
  if (!WHOLE.test(text)) {
    return undefined;
  }
  const parts = [...text.matchAll(PART)].map(([, number, unit = '']) => Number(number) * (UNITS[unit] ?? 0));
  const sum = parts.reduce((total, part) => total + part, 0);
  return text.startsWith('-') ? -sum : sum;
}
