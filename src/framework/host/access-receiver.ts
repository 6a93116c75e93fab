import { setTimeout as delay } from 'node:timers/promises';
import type { Access } from './lease-client.ts';

export type AccessReceiverOptions = {
  /** Asks the other thread for credentials; it answers when it has time. */
  readonly ask: (refused: boolean) => void;
  /** How long an answer is waited for when older credentials are there. */
  readonly patienceMs: number;
};

/**
 * Credentials that another thread finds out. It is asked before every request, so that rotated ones arrive; while it is
 * busy, the last ones go on being used, which are valid for far longer than any thread is busy.
 */
export class AccessReceiver {
  readonly #options: AccessReceiverOptions;
  #next = Promise.withResolvers<Access>();
  #last: Access | undefined;
  #refused = false;

  constructor(options: AccessReceiverOptions) {
    this.#options = options;
  }

  /** Credentials to use now. */
  async get(): Promise<Access> {
    this.#options.ask(this.#refused);
    this.#refused = false;
    const last = this.#last;
    if (last === undefined) {
      return await this.#next.promise;
    }
    return await Promise.race([this.#next.promise, delay(this.#options.patienceMs, last)]);
  }

  /** The server did not accept what {@link get} returned. */
  refuse(): void {
    this.#refused = true;
  }

  /** The other thread has answered. */
  take(access: Access): void {
    this.#last = access;
    this.#next.resolve(access);
    this.#next = Promise.withResolvers<Access>();
  }
}
