import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WriteResult } from '../api/apply.ts';
import type { RequestObserver } from '../api/transport.ts';

/** Told of every finished run: how it ended and how long it took, in milliseconds. */
export type ReconcileObserver = (result: string, durationMs: number) => void;

/** What the gauges read when somebody asks for the metrics. */
export type MetricsSources = {
  readonly queues: () => readonly { readonly name: string; readonly depth: number; readonly active: number }[];
  readonly informers: () => readonly { readonly kind: string; readonly size: number; readonly silenceMs: number }[];
};

type GaugeText = { readonly name: string; readonly help: string; readonly label: string };

/**
 * The operator's metrics. Names that controller-runtime and client-go have are theirs, so that existing dashboards work;
 * labels never name an object.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #reconciles: Counter<'controller' | 'result'>;
  readonly #reconcileSeconds: Histogram<'controller'>;
  readonly #requests: Counter<'code' | 'method'>;
  readonly #requestSeconds: Histogram<'method'>;
  readonly #writes: Counter<'kind' | 'result'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#reconciles = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Runs by controller and result',
      labelNames: ['controller', 'result'],
      registers,
    });
    this.#reconcileSeconds = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Duration of runs',
      labelNames: ['controller'],
      registers,
    });
    this.#requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server by method and status code',
      labelNames: ['code', 'method'],
      registers,
    });
    this.#requestSeconds = new Histogram({
      name: 'rest_client_request_duration_seconds',
      help: 'Time to the first byte of the answer',
      labelNames: ['method'],
      registers,
    });
    this.#writes = new Counter({
      name: 'hearth_writes_total',
      help: 'Writes asked for by kind and result; unchanged ones cost no request',
      labelNames: ['kind', 'result'],
      registers,
    });
  }

  /** Adds gauges that read their values when the metrics are asked for. */
  observeSources({ queues, informers }: MetricsSources): void {
    const depth = { name: 'workqueue_depth', help: 'Keys that wait', label: 'name' };
    this.#gauge(depth, () => queues().map((queue) => [queue.name, queue.depth]));
    const workers = { name: 'controller_runtime_active_workers', help: 'Runs in progress', label: 'controller' };
    this.#gauge(workers, () => queues().map((queue) => [queue.name, queue.active]));
    const objects = { name: 'hearth_cache_objects', help: 'Objects in the cache', label: 'kind' };
    this.#gauge(objects, () => informers().map((informer) => [informer.kind, informer.size]));
    const silence = {
      name: 'hearth_cache_silence_seconds',
      help: 'Time since the last byte of a watch',
      label: 'kind',
    };
    this.#gauge(silence, () => informers().map((informer) => [informer.kind, informer.silenceMs / 1000]));
  }

  readonly observeRequest: RequestObserver = ({ method, code, durationMs }) => {
    this.#requests.inc({ method, code: String(code) });
    this.#requestSeconds.observe({ method }, durationMs / 1000);
  };

  readonly observeWrite = (kind: string, result: WriteResult): void => {
    this.#writes.inc({ kind, result });
  };

  /** The observer of one controller's runs. */
  reconcileObserver(controller: string): ReconcileObserver {
    return (result, durationMs) => {
      this.#reconciles.inc({ controller, result });
      this.#reconcileSeconds.observe({ controller }, durationMs / 1000);
    };
  }

  /** The metrics in Prometheus' text format. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #gauge({ name, help, label }: GaugeText, read: () => readonly (readonly [string, number])[]): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [value, measured] of read()) {
          this.set({ [label]: value }, measured);
        }
      },
    });
  }
}
