import { OTHER_SAMPLES } from './other-samples.ts';
import type { Sample } from './sample.ts';
import { WORKLOAD_SAMPLES } from './workload-samples.ts';

/** Objects of every kind that we have an opinion on. */
export const SAMPLES: readonly Sample[] = [...WORKLOAD_SAMPLES, ...OTHER_SAMPLES];
