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
  get runs(): number {
    return this.#host.activityOf(this.#kind).runs;
  }

  /** How many runs have ended; `undefined` while one waits or is under way. */
  get runsWhenIdle(): number | undefined {
    const { runs, isIdle } = this.#host.activityOf(this.#kind);
    return isIdle ? runs : undefined;
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
}
