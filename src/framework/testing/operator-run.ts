import { setTimeout as delay } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import type { AnyDefinition } from '../definition.ts';
import { OperatorHost } from '../host/operator-host.ts';
import type { Logger } from '../observe/logger.ts';
import { type Faults, Wire } from './wire.ts';

export type OperatorRunOptions = {
  readonly definition: AnyDefinition;
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  readonly logger: Logger;
  readonly faults?: Faults;
  /** The image that it takes for its own, for kinds that run Jobs of it. */
  readonly image?: string;
};

/** One life of the operator: the real host in this process, for one kind and one namespace, on a wire of its own. */
export class OperatorRun {
  readonly wire: Wire;
  readonly #kind: string;
  readonly #host: OperatorHost;
  #ended: Promise<void> | undefined;

  private constructor(wire: Wire, kind: string, host: OperatorHost) {
    this.wire = wire;
    this.#kind = kind;
    this.#host = host;
  }

  static async start({ definition, namespace, faults, ...options }: OperatorRunOptions): Promise<OperatorRun> {
    const wire = new Wire(faults);
    const host = new OperatorHost({
      ...options,
      definitions: [definition],
      namespaces: definition.scope === 'Cluster' ? [] : [namespace],
      instance: 'conformance',
      intercept: wire.intercept,
    });
    await host.start();
    return new OperatorRun(wire, definition.kind, host);
  }

  /** How many runs have ended, whatever they came to. */
  async runs(): Promise<number> {
    return sumOf(await this.#metrics(), 'controller_runtime_reconcile_total', this.#kind);
  }

  /** How many runs have ended; `undefined` while one waits or is under way. */
  async runsWhenIdle(): Promise<number | undefined> {
    const metrics = await this.#metrics();
    const busy = ['workqueue_depth', 'controller_runtime_active_workers'].map((name) =>
      sumOf(metrics, name, this.#kind),
    );
    const isIdle = busy.every((count) => count === 0);
    return isIdle ? sumOf(metrics, 'controller_runtime_reconcile_total', this.#kind) : undefined;
  }

  /** Ends it as SIGTERM does. Does nothing when it has ended. */
  async stop(): Promise<void> {
    this.#ended ??= this.#host.stop();
    await this.#ended;
  }

  /** Ends it as SIGKILL does: from now on the world hears nothing of it. */
  async kill(): Promise<void> {
    this.wire.cut();
    // Runs are told to end before their requests fail, so that none of them takes the failure for a reason to act.
    this.#host.abortRuns();
    await delay(1);
    this.wire.bury();
    this.wire.release();
    await this.stop();
  }

  async #metrics(): Promise<string> {
    return await (await fetch(`http://127.0.0.1:${this.#host.port}/metrics`)).text();
  }
}

/** The sum of a metric's values over all lines that name a kind. */
function sumOf(metrics: string, name: string, kind: string): number {
  const lines = metrics.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm);
  const own = [...lines].filter(([, metric, labels]) => metric === name && labels?.includes(`="${kind}"`));
  return own.reduce((sum, [, , , value]) => sum + Number(value), 0);
}
