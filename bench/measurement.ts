import type { World } from './world.ts';

/** One measured number. */
export type Row = {
  readonly measure: string;
  /** How many objects there were. */
  readonly objects?: number;
  readonly value: number;
  readonly unit: string;
  /** The most that it should be. */
  readonly level?: number;
};

export type Options = {
  /** How many objects of the measured kind; each number is a round of its own. */
  readonly objects: readonly number[];
  /** How many children each has. */
  readonly children: number;
  /** How many objects are looked at again while latency is measured. */
  readonly resync: number;
  readonly idleMinutes: number;
  /** The measurements to make; all of them when empty. */
  readonly only: readonly string[];
  /** Whether the table goes into the documentation. */
  readonly write: boolean;
};

/** Something that can be measured on its own: a module of `measurements`, or what a kind's `<kind>.bench.ts` exports as `bench`. */
export type Measurement = {
  readonly name: string;
  readonly run: (world: World, options: Options) => Promise<readonly Row[]>;
};

/** The value below which a share of the samples lies. @throws Error when there are none. */
export function quantile(samples: readonly number[], share: number): number {
  const value = samples.toSorted((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * share))];
  if (value === undefined) {
    throw new Error('nothing was sampled');
  }
  return value;
}

/** How long some work takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
