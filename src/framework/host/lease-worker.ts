import { Worker } from 'node:worker_threads';
import type { LeaseTask } from './lease-messages.ts';

/** The program of the thread as one text, put here by the build; in development there is none, and its file is run. */
declare const HEARTH_LEASE_THREAD: string | undefined;

/** The sources run as they are, and the package has them as JavaScript. */
const ENDING = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Starts the thread that competes for the lease and renews it. */
export function startLeaseWorker(task: LeaseTask): Worker {
  // It holds a few kilobytes; what it may have keeps V8 from taking more.
  const resourceLimits = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 4 };
  const options = { name: 'lease', workerData: task, resourceLimits };
  return typeof HEARTH_LEASE_THREAD === 'string'
    ? new Worker(HEARTH_LEASE_THREAD, { ...options, eval: true })
    : new Worker(new URL(`./lease-thread.${ENDING}`, import.meta.url), options);
}
