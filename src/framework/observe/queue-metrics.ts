import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the gauges of one queue read. */
export type QueueSource = {
  readonly name: string;
  /** How many keys wait, by priority. */
  readonly depths: Readonly<Record<string, number>>;
  readonly active: number;
  readonly concurrency: number;
  /** For how long each key in work has been worked on. */
  readonly workingMs: readonly number[];
};

/** What a queue tells while it works. */
export type QueueEvents = {
  readonly added: () => void;
  readonly retried: () => void;
  readonly started: (waitedMs: number) => void;
  readonly finished: (workedMs: number) => void;
};

type GaugeText = { readonly name: string; readonly help: string; readonly labels: readonly string[] };
type Reading = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** From a millisecond to more than a quarter of an hour, as client-go has it. */
const BUCKETS = [0.001, 0.01, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_000];

const LABELS = ['name', 'controller'] as const;

/** The metrics of work queues under client-go's names. */
export class QueueMetrics {
  readonly #registers: Registry[];
  readonly #adds: Counter<'name' | 'controller'>;
  readonly #retries: Counter<'name' | 'controller'>;
  readonly #queueSeconds: Histogram<'name' | 'controller'>;
  readonly #workSeconds: Histogram<'name' | 'controller'>;

  constructor(registry: Registry) {
    this.#registers = [registry];
    const common = { labelNames: LABELS, registers: this.#registers };
    this.#adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added', ...common });
    this.#retries = new Counter({ name: 'workqueue_retries_total', help: 'Keys put back after a failure', ...common });
    const timed = { ...common, buckets: BUCKETS };
    this.#queueSeconds = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long keys waited',
      ...timed,
    });
    this.#workSeconds = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long keys were worked on',
      ...timed,
    });
  }

  /** The observer of one queue. */
  observer(name: string): QueueEvents {
    const labels = { name, controller: name };
    return {
      added: () => this.#adds.inc(labels),
      retried: () => this.#retries.inc(labels),
      started: (waitedMs) => this.#queueSeconds.observe(labels, waitedMs / 1000),
      finished: (workedMs) => this.#workSeconds.observe(labels, workedMs / 1000),
    };
  }

  /** Adds the gauges, which read their values when the metrics are asked for. */
  observe(queues: () => readonly QueueSource[]): void {
    const each = (read: (queue: QueueSource) => number) => () =>
      queues().map((queue) => ({ labels: { name: queue.name, controller: queue.name }, value: read(queue) }));
    this.#gauge({ name: 'workqueue_depth', help: 'Keys that wait', labels: [...LABELS, 'priority'] }, () =>
      queues().flatMap(depthsOf),
    );
    const unfinished = { name: 'workqueue_unfinished_work_seconds', help: 'Time spent on keys still in work' };
    this.#gauge(
      { ...unfinished, labels: LABELS },
      each(({ workingMs }) => sum(workingMs) / 1000),
    );
    const longest = { name: 'workqueue_longest_running_processor_seconds', help: 'Age of the oldest key in work' };
    this.#gauge(
      { ...longest, labels: LABELS },
      each(({ workingMs }) => Math.max(0, ...workingMs) / 1000),
    );
    const byController = (read: (queue: QueueSource) => number) => () =>
      queues().map((queue) => ({ labels: { controller: queue.name }, value: read(queue) }));
    const workers = { name: 'controller_runtime_active_workers', help: 'Runs in progress', labels: ['controller'] };
    this.#gauge(
      workers,
      byController(({ active }) => active),
    );
    const most = { name: 'controller_runtime_max_concurrent_reconciles', help: 'Most runs at a time' };
    this.#gauge(
      { ...most, labels: ['controller'] },
      byController(({ concurrency }) => concurrency),
    );
  }

  #gauge({ name, help, labels }: GaugeText, read: () => readonly Reading[]): void {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: this.#registers,
      collect() {
        this.reset();
        for (const reading of read()) {
          this.set(reading.labels, reading.value);
        }
      },
    });
  }
}

function depthsOf({ name, depths }: QueueSource): Reading[] {
  return Object.entries(depths).map(([priority, value]) => ({ labels: { name, controller: name, priority }, value }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
