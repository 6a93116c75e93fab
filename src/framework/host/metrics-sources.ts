import type { Informers } from '../cache/informers.ts';
import type { InformerSource } from '../observe/metrics.ts';
import type { QueueSource } from '../observe/queue-metrics.ts';
import { PRIORITIES } from '../queue/line.ts';
import type { WorkQueue } from '../queue/queue.ts';

/** A queue as its gauges see it. */
export function queueSource(name: string, queue: WorkQueue): QueueSource {
  const depths = Object.fromEntries(PRIORITIES.map((priority) => [priority, queue.depthOf(priority)]));
  const { activeCount: active, concurrency, workingMs } = queue;
  return { name, depths, active, concurrency, workingMs };
}

/** A cache as its gauges see it. */
export function informerSource({ selection, informer }: ReturnType<Informers['all']>[number]): InformerSource {
  const { connected, silenceMs, unseenWrites } = informer.freshness;
  return { kind: selection.kind, size: informer.size, silenceMs, isConnected: connected, unseenWrites };
}
