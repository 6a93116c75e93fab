import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../api/errors.ts';
import { jittered } from '../queue/backoff.ts';
import type { Lease, LeaseClient, LeaseName } from './lease-client.ts';
import { LeaseClock } from './lease-clock.ts';

/** Why a lease is held no longer. */
export type Loss = 'taken' | 'not renewed in time' | 'the main thread hangs';

type Renewal = 'renewed' | 'failed' | 'taken';

export type CompetitionOptions = {
  readonly client: LeaseClient;
  readonly clock: LeaseClock;
  readonly lease: LeaseName;
  readonly durationMs: number;
  /** The name of this process among its like. */
  readonly identity: string;
  readonly warn: (message: string, error: string) => void;
};

/** Whoever holds the lease stops to write after this part of its duration; others wait for all of it. */
const WRITING_PART = 2 / 3;
const RENEWAL_PART = 1 / 3;
const RETRY_PART = 1 / 15;
const REQUEST_PART = 1 / 5;
/** A main thread that has said nothing for so many durations does not work, it hangs. */
const HANG_DURATIONS = 4;

/**
 * Lets one of several replicas work at a time. The others try again until the holder gives the lease back or stops
 * renewing it. Clocks of different machines are never compared: a lease has expired when this process has seen no
 * renewal for its whole duration.
 */
export class LeaseCompetition {
  readonly #options: CompetitionOptions;
  readonly #abort = new AbortController();
  #seen: { readonly renewal: string; readonly at: number } | undefined;
  #held: Lease | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: CompetitionOptions) {
    this.#options = options;
  }

  /** Resolves to true when the lease is held, and to false when {@link release} was called before. */
  async acquire(): Promise<boolean> {
    const acquired = this.#compete();
    this.#running = acquired;
    return await acquired;
  }

  /** Renews a lease that is held; resolves to why it is lost, or to nothing when it is released. */
  async keep(): Promise<Loss | undefined> {
    const kept = this.#keepRenewing();
    this.#running = kept;
    return await kept;
  }

  /** Ends the competition and gives back a lease that is held, so that another replica need not wait. */
  async release(): Promise<void> {
    this.#abort.abort();
    await this.#running;
    const { client, clock } = this.#options;
    const held = this.#held;
    const mayStillGive = clock.holds;
    clock.end();
    this.#held = undefined;
    if (held && mayStillGive) {
      await client.write({ ...held, spec: { ...held.spec, holderIdentity: '' } }, this.#part(REQUEST_PART));
    }
  }

  async #compete(): Promise<boolean> {
    while (!this.#abort.signal.aborted) {
      try {
        if (await this.#tryToTake()) {
          return true;
        }
      } catch (error) {
        this.#options.warn('the lease cannot be asked for', messageOf(error));
      }
      await this.#pause(jittered(this.#part(1 / 7)));
    }
    return false;
  }

  async #keepRenewing(): Promise<Loss | undefined> {
    let pauseMs = this.#part(RENEWAL_PART);
    for (;;) {
      await this.#pause(Math.min(pauseMs, this.#options.clock.remainingMs));
      if (this.#abort.signal.aborted) {
        return undefined;
      }
      const renewal = await this.#renew();
      const loss = this.#lossAfter(renewal);
      if (loss) {
        this.#options.clock.end();
        this.#held = undefined;
        return loss;
      }
      pauseMs = this.#part(renewal === 'renewed' ? RENEWAL_PART : RETRY_PART);
    }
  }

  #lossAfter(renewal: Renewal): Loss | undefined {
    if (renewal === 'taken') {
      return renewal;
    }
    const { clock } = this.#options;
    if (clock.silenceMs > this.#part(HANG_DURATIONS)) {
      return 'the main thread hangs';
    }
    return clock.holds ? undefined : 'not renewed in time';
  }

  async #renew(): Promise<Renewal> {
    const { client, clock } = this.#options;
    const from = LeaseClock.now();
    try {
      const held = this.#held;
      const renewed =
        held && (await client.write({ ...held, spec: { ...held.spec, renewTime: microTime() } }, this.#requestMs()));
      if (!renewed) {
        return await this.#findHolder();
      }
      this.#held = renewed;
      clock.extend(from, this.#part(WRITING_PART));
      return 'renewed';
    } catch (error) {
      this.#options.warn('the lease was not renewed', messageOf(error));
      return 'failed';
    }
  }

  /** Somebody wrote the Lease: took it, deleted it, or only put a label on it. */
  async #findHolder(): Promise<Renewal> {
    const found = await this.#options.client.read(this.#requestMs());
    if (found?.spec.holderIdentity !== this.#options.identity) {
      return 'taken';
    }
    this.#held = found;
    return 'failed';
  }

  async #tryToTake(): Promise<boolean> {
    const { client, clock, identity, lease, durationMs } = this.#options;
    const found = await client.read(this.#part(REQUEST_PART));
    if (found && !this.#mayTake(found)) {
      return false;
    }
    const from = LeaseClock.now();
    const now = microTime();
    const spec = {
      ...found?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(durationMs / 1000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: (found?.spec.leaseTransitions ?? 0) + 1,
    };
    this.#held = await client.write({ metadata: found?.metadata ?? lease, spec }, this.#part(REQUEST_PART));
    if (this.#held) {
      clock.extend(from, this.#part(WRITING_PART));
    }
    return this.#held !== undefined;
  }

  #mayTake({ spec }: Lease): boolean {
    // Our own name is that of an earlier process in the same pod, which has ended.
    if (!spec.holderIdentity || spec.holderIdentity === this.#options.identity) {
      return true;
    }
    const renewal = `${spec.holderIdentity} ${spec.renewTime}`;
    if (this.#seen?.renewal !== renewal) {
      this.#seen = { renewal, at: performance.now() };
    }
    return performance.now() - this.#seen.at > (spec.leaseDurationSeconds ?? 0) * 1000;
  }

  /** No request is waited for any longer than the lease holds. */
  #requestMs(): number {
    return Math.max(1, Math.min(this.#part(REQUEST_PART), this.#options.clock.remainingMs));
  }

  #part(part: number): number {
    return Math.floor(this.#options.durationMs * part);
  }

  async #pause(ms: number): Promise<void> {
    // An abort ends the pause, and the caller looks at the signal.
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }
}

function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
