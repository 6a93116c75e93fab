import { setTimeout as delay } from 'node:timers/promises';
import { isConflict, isNotFound, messageOf } from '../api/errors.ts';
import type { Transport } from '../api/transport.ts';
import type { Logger } from '../observe/logger.ts';
import { jittered } from '../queue/backoff.ts';

/** The Lease that replicas compete for. */
export type LeaseOptions = {
  readonly namespace: string;
  readonly name: string;
  /** How long it lasts without renewal. */
  readonly durationMs: number;
};

export type LeaderElectionOptions = {
  readonly transport: Transport;
  readonly lease: LeaseOptions;
  /** The name of this process among its like. */
  readonly identity: string;
  readonly logger: Logger;
  /** Called once when a lease that was held could not be renewed in time: whatever writes must end at once. */
  readonly onLost: () => void;
};

type Lease = {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string };
  readonly spec: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
};

/**
 * Lets one of several replicas work at a time. The others keep their caches warm and try again until the holder gives
 * the lease back or stops renewing it. Clocks are never compared: a lease has expired when this process has seen no
 * renewal for its whole duration.
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #leaseMs: number;
  readonly #abort = new AbortController();
  #seen: { readonly renewal: string; readonly at: number } | undefined;
  #held: Lease | undefined;
  #renewing: Promise<void> | undefined;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#leaseMs = options.lease.durationMs;
  }

  get isLeader(): boolean {
    return this.#held !== undefined;
  }

  /** Resolves to true when the lease is held, and to false when {@link release} was called before. */
  async acquire(): Promise<boolean> {
    while (!this.#abort.signal.aborted) {
      try {
        this.#held = await this.#tryToTake();
      } catch (error) {
        this.#options.logger.warn('the lease cannot be asked for', { error: messageOf(error) });
      }
      if (this.#held) {
        this.#options.logger.info('leading', { lease: this.#options.lease.name });
        this.#renewing = this.#keepRenewing();
        return true;
      }
      await this.#pause(jittered(this.#leaseMs / 7));
    }
    return false;
  }

  /** Ends the competition and gives back a lease that is held, so that another replica need not wait. */
  async release(): Promise<void> {
    this.#abort.abort();
    await this.#renewing;
    const held = this.#held;
    this.#held = undefined;
    if (held) {
      await this.#write({ ...held, spec: { ...held.spec, holderIdentity: '' } }).catch((error: unknown) => {
        this.#options.logger.warn('the lease was not given back', { error: messageOf(error) });
      });
    }
  }

  async #keepRenewing(): Promise<void> {
    let renewedAt = Date.now();
    while (!this.#abort.signal.aborted) {
      await this.#pause(this.#leaseMs / 3);
      const renewal = this.#abort.signal.aborted ? 'renewed' : await this.#renew();
      if (renewal === 'renewed') {
        renewedAt = Date.now();
      } else if (renewal === 'taken' || Date.now() - renewedAt > (this.#leaseMs * 2) / 3) {
        this.#held = undefined;
        this.#options.logger.error('the lease is lost', { lease: this.#options.lease.name });
        this.#options.onLost();
        return;
      }
    }
  }

  async #renew(): Promise<'renewed' | 'failed' | 'taken'> {
    const held = this.#held;
    try {
      this.#held = held && (await this.#write({ ...held, spec: { ...held.spec, renewTime: microTime() } }));
      return 'renewed';
    } catch (error) {
      this.#options.logger.warn('the lease was not renewed', { error: messageOf(error) });
      return isConflict(error) || isNotFound(error) ? await this.#findHolder() : 'failed';
    }
  }

  /** Somebody wrote the Lease: took it, deleted it, or only put a label on it. */
  async #findHolder(): Promise<'failed' | 'taken'> {
    try {
      const found = await this.#read();
      const isOurs = found?.spec.holderIdentity === this.#options.identity;
      this.#held = isOurs ? found : undefined;
      return isOurs ? 'failed' : 'taken';
    } catch {
      return 'failed'; // the next renewal finds out
    }
  }

  async #tryToTake(): Promise<Lease | undefined> {
    const found = await this.#read();
    if (found && !this.#mayTake(found)) {
      return undefined;
    }
    const { identity, lease } = this.#options;
    const { namespace, name } = lease;
    const now = microTime();
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#leaseMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: (found?.spec.leaseTransitions ?? 0) + 1,
    };
    try {
      return await this.#write({ metadata: found?.metadata ?? { namespace, name }, spec });
    } catch (error) {
      if (isConflict(error)) {
        return undefined; // another replica was faster
      }
      throw error;
    }
  }

  #mayTake({ spec }: Lease): boolean {
    if (!spec.holderIdentity || spec.holderIdentity === this.#options.identity) {
      return true;
    }
    const renewal = `${spec.holderIdentity} ${spec.renewTime}`;
    if (this.#seen?.renewal !== renewal) {
      this.#seen = { renewal, at: Date.now() };
    }
    return Date.now() - this.#seen.at > (spec.leaseDurationSeconds ?? 0) * 1000;
  }

  async #read(): Promise<Lease | undefined> {
    try {
      return await this.#options.transport.request<Lease>({ path: this.#path(this.#options.lease.name) });
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    }
  }

  /** The version in the metadata makes the server refuse the write when somebody else wrote since it was read. */
  async #write(lease: Lease): Promise<Lease> {
    const exists = lease.metadata.resourceVersion !== undefined;
    return await this.#options.transport.request<Lease>({
      method: exists ? 'PUT' : 'POST',
      path: this.#path(exists ? lease.metadata.name : undefined),
      body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', ...lease },
      signal: AbortSignal.timeout(this.#leaseMs / 3),
    });
  }

  #path(name?: string): string {
    const collection = `/apis/coordination.k8s.io/v1/namespaces/${this.#options.lease.namespace}/leases`;
    return name === undefined ? collection : `${collection}/${name}`;
  }

  async #pause(ms: number): Promise<void> {
    // An abort ends the pause, and the caller looks at the signal.
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
