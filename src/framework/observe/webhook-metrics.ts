import { Counter, Histogram, type Registry } from 'prom-client';

/** One call of the webhook that was answered. */
export type AnsweredCall = { readonly path: string; readonly code: number; readonly durationMs: number };

/** The metrics of the webhook under controller-runtime's names. */
export class WebhookMetrics {
  readonly #calls: Counter<'webhook' | 'code'>;
  readonly #seconds: Histogram<'webhook'>;

  constructor(registry: Registry) {
    this.#calls = new Counter({
      name: 'controller_runtime_webhook_requests_total',
      help: 'Calls of the webhook by path and status code',
      labelNames: ['webhook', 'code'],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: 'controller_runtime_webhook_latency_seconds',
      help: 'How long calls of the webhook took',
      labelNames: ['webhook'],
      registers: [registry],
    });
  }

  readonly observe = ({ path, code, durationMs }: AnsweredCall): void => {
    this.#calls.inc({ webhook: path, code: String(code) });
    this.#seconds.observe({ webhook: path }, durationMs / 1000);
  };
}
