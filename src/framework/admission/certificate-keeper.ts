import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../api/errors.ts';
import { Informer } from '../cache/informer.ts';
import { Turns } from '../cache/turns.ts';
import { backoffMs, jittered } from '../queue/backoff.ts';
import { Pace } from '../queue/pace.ts';
import type { Runtime } from '../resources/services.ts';
import { CertificateSecret, type SecretName } from './certificate-secret.ts';
import { type Identity, type Material, nextStep, type RotationOptions } from './rotation.ts';
import { type Trusting, trust } from './trust.ts';

export type CertificateKeeperOptions = {
  readonly runtime: Runtime;
  readonly secret: SecretName;
  /** How certificates are made and replaced; without it somebody else keeps the Secret, and it is only read. */
  readonly rotation: RotationOptions | undefined;
  /** Who has to trust the authorities. */
  readonly trusting: readonly Trusting[];
  /** Whether this replica leads: the others follow what it has written. */
  readonly mayWrite: () => boolean;
  /** Told of the certificate to serve when it is first known and whenever it has changed. */
  readonly onIdentity: (identity: Identity) => Promise<void>;
};

const RETRY = { baseMs: 1_000, maxMs: 5 * 60_000 };

/** A timer cannot wait for longer than some weeks, and clocks are set. */
const LONGEST_WAIT_MS = 24 * 60 * 60_000;

/** The server sends a bookmark a minute on a quiet watch; a connection silent for longer than this is dead. */
const IDLE_LIMIT_MS = 100_000;

/**
 * Keeps the certificates in their Secret, what the API server trusts, and what this process serves in line. The replica
 * that leads renews them; the others serve what they find, once the API server trusts it.
 */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #secret: CertificateSecret;
  readonly #informers: readonly Informer[];
  readonly #abort = new AbortController();
  #wake = Promise.withResolvers<void>();
  #failures = 0;
  #known: Identity | undefined;
  #running: Promise<void> | undefined;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    const { runtime, secret, trusting } = options;
    this.#secret = new CertificateSecret(runtime, secret);
    const watched = [{ apiVersion: 'v1', kind: 'Secret', name: secret.name }, ...trusting];
    this.#informers = watched.map((each) => this.#watch(each));
  }

  start(): void {
    for (const informer of this.#informers) {
      informer.subscribe(() => this.#wake.resolve());
      informer.start();
    }
    this.#running ??= this.#run();
  }

  /** Looks again: this replica leads now. */
  wake(): void {
    this.#wake.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake.resolve();
    await Promise.all(this.#informers.map((informer) => informer.stop()));
    await this.#running;
  }

  /** One object, of which only the metadata are watched: they tell when to read it. */
  #watch({ apiVersion, kind, name }: { readonly apiVersion: string; readonly kind: string; readonly name: string }) {
    const { runtime, secret } = this.#options;
    const { discovery, transport, logger } = runtime;
    return new Informer({
      selection: { apiVersion, kind, projection: 'metadata' },
      name,
      discovery,
      transport,
      logger,
      turns: new Turns(1),
      pace: new Pace(),
      idleLimitMs: IDLE_LIMIT_MS,
      namespaces: [secret.namespace],
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      this.#wake = Promise.withResolvers(); // whatever changes from now on is looked at in the next pass
      const waitMs = await this.#pass(signal);
      const waiting = new AbortController();
      const time = delay(Math.min(waitMs, LONGEST_WAIT_MS), undefined, { signal: waiting.signal });
      await Promise.race([this.#wake.promise, time.catch(() => undefined)]);
      waiting.abort();
    }
  }

  /** @returns how long there is nothing to do. */
  async #pass(signal: AbortSignal): Promise<number> {
    try {
      const waitMs = await this.#bringInLine(signal);
      this.#failures = 0;
      return waitMs;
    } catch (error) {
      if (!signal.aborted) {
        this.#options.runtime.logger.warn('the certificates of the webhook are not in line', {
          error: messageOf(error),
        });
      }
      this.#failures += 1;
      return jittered(backoffMs(this.#failures, RETRY));
    }
  }

  async #bringInLine(signal: AbortSignal): Promise<number> {
    const { runtime, rotation } = this.#options;
    if (rotation === undefined) {
      await this.#follow(signal);
      return LONGEST_WAIT_MS;
    }
    const mayWrite = this.#options.mayWrite();
    const stored = await this.#secret.read(signal);
    const step = nextStep(stored.material, rotation, new Date());
    if (step.action === 'write' && mayWrite) {
      if (await this.#secret.write(step.material, stored, signal)) {
        runtime.logger.info('the certificates of the webhook are new', { why: step.why });
      }
      return 0; // see what is there now, be it ours or another replica's
    }
    const { material } = stored;
    // What is trusted comes before what is served: a certificate that nobody trusts would fail every call.
    if (material && (await this.#isTrusted(material, mayWrite))) {
      await this.#tell(material);
    }
    return step.action === 'write' ? LONGEST_WAIT_MS : step.waitMs; // the watch tells when the leader has written
  }

  async #isTrusted({ authorities }: Material, mayWrite: boolean): Promise<boolean> {
    const { runtime, trusting } = this.#options;
    let isTrusted = true;
    for (const each of trusting) {
      isTrusted = (await trust(runtime, each, { authorities, mayWrite, signal: this.#abort.signal })) && isTrusted;
    }
    return isTrusted;
  }

  /** Takes what somebody else has put into the Secret. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { runtime, secret } = this.#options;
    const identity = await this.#secret.readIdentity(signal);
    if (identity) {
      await this.#tell(identity);
    } else {
      runtime.logger.info('the webhook waits for its certificate', { secret: `${secret.namespace}/${secret.name}` });
    }
  }

  async #tell({ certificate, key }: Identity): Promise<void> {
    const isKnown = this.#known?.certificate === certificate && this.#known.key === key;
    if (!isKnown) {
      await this.#options.onIdentity({ certificate, key });
      this.#known = { certificate, key };
    }
  }
}
