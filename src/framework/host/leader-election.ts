import type { Worker } from 'node:worker_threads';
import type { KubeConfig } from '@kubernetes/client-node';
import { CredentialSource } from '../api/credentials.ts';
import { messageOf } from '../api/errors.ts';
import type { Logger } from '../observe/logger.ts';
import type { LeaseName } from './lease-client.ts';
import { LeaseClock } from './lease-clock.ts';
import type { ToRenewer, ToWorker } from './lease-messages.ts';
import { startLeaseWorker } from './lease-worker.ts';

/** The Lease that replicas compete for, and how long it lasts without renewal. */
export type LeaseOptions = LeaseName & { readonly durationMs: number };

export type LeaderElectionOptions = {
  readonly kubeConfig: KubeConfig;
  readonly lease: LeaseOptions;
  /** The name of this process among its like. */
  readonly identity: string;
  readonly logger: Logger;
  /** Called once when a lease that was held is lost: whatever writes must end at once. */
  readonly onLost: () => void;
};

/**
 * This process among the replicas that compete for a lease. The competition runs in a thread of its own, because a busy
 * event loop must not cost the lease; what both threads share is the clock that says until when writing is allowed.
 *
 * When the lease is lost, `onLost` is told. Should this thread be too busy to hear of it, the other one kills the process
 * before the lease can be anybody else's.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #clock = new LeaseClock();
  readonly #credentials: CredentialSource;
  readonly #acquired = Promise.withResolvers<boolean>();
  readonly #released = Promise.withResolvers<void>();
  #worker: Worker | undefined;
  #heart: NodeJS.Timeout | undefined;
  #ending = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#credentials = new CredentialSource(options.kubeConfig);
  }

  /** Whether the lease is held and writing is allowed at this very moment. */
  get isLeader(): boolean {
    return this.#clock.holds;
  }

  /** Resolves to true when the lease is held, and to false when {@link release} was called before. */
  async acquire(): Promise<boolean> {
    const { lease, identity } = this.#options;
    const { durationMs, namespace, name } = lease;
    const { memory } = this.#clock;
    this.#clock.beat();
    this.#heart = setInterval(() => this.#clock.beat(), durationMs / 5);
    const worker = startLeaseWorker({ lease: { namespace, name }, durationMs, identity, memory });
    worker.on('message', (message: ToWorker) => this.#hear(message));
    worker.on('error', (error) => this.#options.logger.error('the lease thread failed', { error: messageOf(error) }));
    worker.on('exit', () => this.#lose('the lease thread ended'));
    this.#worker = worker;
    return await this.#acquired.promise;
  }

  /** Ends the competition and gives back a lease that is held, so that another replica need not wait. */
  async release(): Promise<void> {
    if (!this.#worker || this.#ending) {
      return;
    }
    this.#ending = true;
    this.#tell({ type: 'release' });
    const late = setTimeout(() => this.#released.resolve(), this.#options.lease.durationMs / 2);
    await this.#released.promise;
    clearTimeout(late);
    await this.#finish();
  }

  /** Ends the competition without giving the lease back: something may still be at work, so others have to wait. */
  async abandon(): Promise<void> {
    this.#ending = true;
    await this.#finish();
  }

  #hear(message: ToWorker): void {
    const { logger, lease } = this.#options;
    switch (message.type) {
      case 'access wanted':
        void this.#giveAccess(message.refused);
        return;
      case 'leading':
        logger.info('leading', { lease: lease.name });
        this.#acquired.resolve(true);
        return;
      case 'lost':
        this.#lose(message.loss);
        return;
      case 'released':
        if (message.error !== undefined) {
          logger.warn('the lease was not given back', { error: message.error });
        }
        this.#released.resolve();
        return;
      case 'warning':
        logger.warn(message.message, { error: message.error });
    }
  }

  #lose(loss: string): void {
    if (!this.#ending) {
      this.#ending = true;
      void this.#finish();
      this.#options.logger.error('the lease is lost', { lease: this.#options.lease.name, error: loss });
      this.#options.onLost();
    }
  }

  async #finish(): Promise<void> {
    this.#clock.end();
    clearInterval(this.#heart);
    this.#acquired.resolve(false);
    await this.#worker?.terminate();
    await this.#credentials.close();
  }

  async #giveAccess(refused: boolean): Promise<void> {
    if (refused) {
      this.#credentials.invalidate();
    }
    try {
      const { server, proxy } = this.#credentials;
      const { headers, tls } = await this.#credentials.current();
      this.#tell({ type: 'access', access: { server, proxy, headers, tls } });
    } catch (error) {
      this.#options.logger.warn('there are no credentials for the lease', { error: messageOf(error) });
    }
  }

  #tell(message: ToRenewer): void {
    this.#worker?.postMessage(message);
  }
}
