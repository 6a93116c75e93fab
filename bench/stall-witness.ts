import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/**
 * How late the machine makes even a thread that does nothing: a stall of the operator says little when others keep the
 * processors busy. Call the returned function to end it; it resolves to the longest delay in milliseconds.
 */
export function startStallWitness(): () => Promise<number> {
  const worker = new Worker(fileURLToPath(import.meta.url));
  const answer = new Promise<number>((resolve) => worker.once('message', resolve));
  return async () => {
    worker.postMessage('end');
    return await answer;
  };
}

if (!isMainThread) {
  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  parentPort?.once('message', () => {
    parentPort?.postMessage(Math.max(0, histogram.max / 1e6 - 10));
    parentPort?.close();
  });
}
