import { setTimeout as delay } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { collectionPath, type ResourceType } from '../api/discovery.ts';
import { splitLines } from '../api/list-watch.ts';
import { type KubeObject, keyOf } from '../api/object.ts';
import { Transport } from '../api/transport.ts';
import { statusFaults } from './status-check.ts';

export type StatusWitnessOptions = {
  /** Somebody who may list and watch the kinds. */
  readonly kubeConfig: KubeConfig;
  readonly types: readonly ResourceType[];
  readonly namespace: string;
};

type WatchLine = { readonly type: string; readonly object: KubeObject };

/** How long to wait before watching anew when a watch ended. */
const PAUSE_MS = 200;

/** Watches every status that is ever to be seen in a namespace, and holds each against what must always be true. */
export class StatusWitness {
  readonly #options: StatusWitnessOptions;
  readonly #transport: Transport;
  readonly #abort = new AbortController();
  readonly #seen = new Map<string, KubeObject>();
  readonly #faults = new Set<string>();
  readonly #texts = new Set<string>();
  #watching: Promise<unknown> = Promise.resolve();

  constructor(options: StatusWitnessOptions) {
    this.#options = options;
    this.#transport = new Transport(options.kubeConfig, { userAgent: 'hearth-status-witness' });
  }

  /** Begins to watch. */
  start(): void {
    this.#watching = Promise.all(this.#options.types.map((type) => this.#watch(type)));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#watching;
    this.#transport.close();
  }

  /** How many objects were seen. */
  get count(): number {
    return this.#seen.size;
  }

  /** Everything that was wrong since this was asked last, one sentence each. */
  takeFaults(): string[] {
    const faults = [...this.#faults];
    this.#faults.clear();
    return faults;
  }

  /** Every status that was seen, as text. */
  texts(): readonly string[] {
    return [...this.#texts];
  }

  async #watch(type: ResourceType): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      // A watch without a version begins with everything that is there; whatever ends it, it is begun again.
      await this.#follow(type).catch(() => undefined);
      await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #follow(type: ResourceType): Promise<void> {
    const path = collectionPath(type, this.#options.namespace);
    const bytes = await this.#transport.stream({ path, query: { watch: true }, signal: this.#abort.signal });
    for await (const line of splitLines(bytes)) {
      const event = JSON.parse(line) as WatchLine;
      if (event.type === 'ADDED' || event.type === 'MODIFIED') {
        this.#look(event.object);
      }
    }
  }

  #look(object: KubeObject): void {
    const key = `${object.kind} ${keyOf(object)}`;
    for (const fault of statusFaults(object, this.#seen.get(key))) {
      this.#faults.add(`${key}: ${fault}`);
    }
    this.#seen.set(key, object);
    this.#texts.add(JSON.stringify(object.status ?? {}));
  }
}
