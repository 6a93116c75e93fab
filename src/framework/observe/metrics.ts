import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { WriteResult } from '../api/apply.ts';
import type { RequestObserver } from '../api/transport.ts';
import { type Causes, labelOf } from '../cause.ts';
import { QueueMetrics, type QueueSource } from './queue-metrics.ts';
import { WebhookMetrics } from './webhook-metrics.ts';

/** How a run ended, and what it took. */
export type RunReport = {
  readonly outcome: 'success' | 'waiting' | 'stalled' | 'failed' | 'silent';
  readonly durationMs: number;
  readonly requests: number;
  readonly causes: Causes;
  /** Whether a time was set for the next run. */
  readonly isTimed: boolean;
  /** Whether it was ended because it took too long. */
  readonly isTimeout: boolean;
};

/** Told of every finished run of one kind, and of its loops. */
export type ReconcileObserver = {
  readonly ran: (report: RunReport) => void;
  readonly looped: () => void;
};

/** A cache as its gauges see it; several of one kind, by selector or by how much they hold, are taken together. */
export type InformerSource = {
  readonly kind: string;
  readonly size: number;
  readonly silenceMs: number;
  readonly isConnected: boolean;
  readonly unseenWrites: number;
};

/** What the gauges read when somebody asks for the metrics. */
export type MetricsSources = {
  readonly queues: () => readonly QueueSource[];
  readonly informers: () => readonly InformerSource[];
  readonly isLeader: () => boolean;
};

const CONTROLLER = ['controller'] as const;

/** How often the event loop is asked whether it is late; more often would only wake a process that has nothing to do. */
const LAG_PRECISION_MS = 50;

let ofProcess: Registry | undefined;

/** `process_*` and `nodejs_*`: what they listen to lasts as long as the process does, however many operators it has had. */
function registryOfProcess(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  }
  return ofProcess;
}

/**
 * The operator's metrics. Names that controller-runtime and client-go have are theirs, so that existing dashboards work;
 * labels never name an object.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #host: string;
  readonly queues = new QueueMetrics(this.#registry);
  readonly webhook = new WebhookMetrics(this.#registry);
  readonly #reconciles = this.#counter(
    { name: 'controller_runtime_reconcile_total', help: 'Runs by controller and result' },
    ['controller', 'result'],
  );
  readonly #errors = this.#counter(
    { name: 'controller_runtime_reconcile_errors_total', help: 'Runs that ended in an error' },
    CONTROLLER,
  );
  readonly #terminalErrors = this.#counter(
    { name: 'controller_runtime_terminal_reconcile_errors_total', help: 'Errors that no retry mends' },
    CONTROLLER,
  );
  readonly #timeouts = this.#counter(
    { name: 'controller_runtime_reconcile_timeouts_total', help: 'Runs that took too long and were ended' },
    CONTROLLER,
  );
  readonly #outcomes = this.#counter(
    { name: 'hearth_runs_total', help: 'Runs by kind and by what became of the object' },
    ['kind', 'outcome'],
  );
  readonly #causes = this.#counter({ name: 'hearth_run_causes_total', help: 'What runs were asked for by' }, [
    'kind',
    'cause',
  ]);
  readonly #loops = this.#counter(
    { name: 'hearth_reconcile_loops_total', help: 'Objects found to be run again and again by their own writes' },
    ['kind'],
  );
  readonly #blocks = this.#counter(
    { name: 'hearth_event_loop_blocks_total', help: 'Computations of more than a second that nothing could interrupt' },
    ['kind'],
  );
  readonly #requests = this.#counter(
    { name: 'rest_client_requests_total', help: 'Requests to the API server by method and status code' },
    ['code', 'method', 'host'],
  );
  readonly #writes = this.#counter(
    { name: 'hearth_writes_total', help: 'Writes asked for by kind and result; unchanged ones cost no request' },
    ['kind', 'result'],
  );
  readonly #reconcileSeconds = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of runs',
    labelNames: CONTROLLER,
    registers: [this.#registry],
  });
  readonly #requestSeconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time to the first byte of the answer',
    labelNames: ['method'],
    registers: [this.#registry],
  });
  readonly #runRequests = new Histogram({
    name: 'hearth_run_requests',
    help: 'Requests to the API server that one run made',
    labelNames: ['kind'],
    buckets: [0, 1, 2, 4, 8, 16, 32, 64],
    registers: [this.#registry],
  });

  /** @param server the API server's URL, whose host stands in the label of requests. */
  constructor(server = '') {
    registryOfProcess();
    this.#host = URL.canParse(server) ? new URL(server).host : server;
  }

  /** Adds gauges that read their values when the metrics are asked for. */
  observeSources({ queues, informers, isLeader }: MetricsSources): void {
    this.queues.observe(queues);
    const gauges = [
      { name: 'hearth_cache_objects', help: 'Objects in the cache', of: sizeOf, join: sum },
      {
        name: 'hearth_cache_silence_seconds',
        help: 'Time since the last byte of a watch',
        of: silenceOf,
        join: Math.max,
      },
      {
        name: 'hearth_cache_connected',
        help: 'Whether every watch of the kind is open (1)',
        of: isOpen,
        join: Math.min,
      },
      { name: 'hearth_cache_unseen_writes', help: 'Own writes that no watch has told of yet', of: unseenOf, join: sum },
    ];
    for (const { of, join, ...text } of gauges) {
      this.#gauge(text, 'kind', () => byKind(informers(), of, join));
    }
    const leader = { name: 'leader_election_master_status', help: 'Whether this process works (1) or stands by (0)' };
    this.#gauge(leader, 'name', () => [['hearth', isLeader() ? 1 : 0]]);
  }

  readonly observeRequest: RequestObserver = ({ method, code, durationMs }) => {
    this.#requests.inc({ method, code: code === 0 ? '<error>' : String(code), host: this.#host });
    if (code !== 0) {
      this.#requestSeconds.observe({ method }, durationMs / 1000);
    }
  };

  readonly observeWrite = (kind: string, result: WriteResult | 'deleted'): void => {
    this.#writes.inc({ kind, result });
  };

  readonly observeBlock = (kind: string): void => {
    this.#blocks.inc({ kind });
  };

  /** The observer of one controller's runs. */
  reconcileObserver(controller: string): ReconcileObserver {
    return {
      ran: (report) => this.#observeRun(controller, report),
      looped: () => this.#loops.inc({ kind: controller }),
    };
  }

  /** The metrics in Prometheus' text format. */
  async render(): Promise<{ readonly contentType: string; readonly body: string }> {
    const parts = await Promise.all([this.#registry, registryOfProcess()].map((registry) => registry.metrics()));
    return { contentType: this.#registry.contentType, body: parts.join('\n') };
  }

  #observeRun(controller: string, report: RunReport): void {
    const { outcome, durationMs, requests, causes, isTimeout } = report;
    const result = resultOf(report);
    this.#reconciles.inc({ controller, result });
    this.#reconcileSeconds.observe({ controller }, durationMs / 1000);
    this.#outcomes.inc({ kind: controller, outcome });
    this.#runRequests.observe({ kind: controller }, requests);
    this.#errors.inc({ controller }, result === 'error' ? 1 : 0);
    this.#terminalErrors.inc({ controller }, outcome === 'stalled' ? 1 : 0);
    this.#timeouts.inc({ controller }, isTimeout ? 1 : 0);
    for (const cause of causes.list()) {
      this.#causes.inc({ kind: controller, cause: labelOf(cause) });
    }
  }

  #counter<Label extends string>(
    text: { readonly name: string; readonly help: string },
    labelNames: readonly Label[],
  ): Counter<Label> {
    return new Counter({ ...text, labelNames, registers: [this.#registry] });
  }

  #gauge(
    text: { readonly name: string; readonly help: string },
    label: string,
    read: () => readonly (readonly [string, number])[],
  ): void {
    new Gauge({
      ...text,
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

const sizeOf = ({ size }: InformerSource): number => size;
const silenceOf = ({ silenceMs }: InformerSource): number => silenceMs / 1000;
const isOpen = ({ isConnected }: InformerSource): number => (isConnected ? 1 : 0);
const unseenOf = ({ unseenWrites }: InformerSource): number => unseenWrites;
const sum = (a: number, b: number): number => a + b;

function byKind(
  informers: readonly InformerSource[],
  measure: (informer: InformerSource) => number,
  join: (a: number, b: number) => number,
): (readonly [string, number])[] {
  const values = new Map<string, number>();
  for (const informer of informers) {
    const known = values.get(informer.kind);
    const value = measure(informer);
    values.set(informer.kind, known === undefined ? value : join(known, value));
  }
  return [...values];
}

/** What controller-runtime would call the result. */
function resultOf({ outcome, isTimed }: RunReport): 'success' | 'error' | 'requeue' | 'requeue_after' {
  if (outcome === 'failed' || outcome === 'stalled') {
    return 'error';
  }
  if (outcome === 'silent') {
    return 'requeue';
  }
  return isTimed ? 'requeue_after' : 'success';
}
