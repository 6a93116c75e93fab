import { ApiError } from '../api/errors.ts';
import { discard } from '../api/exchange.ts';
import type { ApiRequest, ApiResponse, Interceptor } from '../api/transport.ts';
import { type SentRequest, sentRequest } from './sent-request.ts';

/** What is to befall an operator. Writes are counted from one; events do not count, for no run waits for them. */
export type Faults = {
  /** The process ends at this write: just before it is sent, or after the server has done it and before it says so. */
  readonly crash?: { readonly write: number; readonly moment: Moment };
  /** This write waits, unsent, until it is released. */
  readonly hold?: number;
  /** What the operator knows of every kind but one is of this version, and nothing newer comes until it is released. */
  readonly stale?: { readonly resourceVersion: string; readonly fresh: string };
};

export type Moment = 'before' | 'after';

/**
 * The wire between one operator and the server. Remembers what went over it and lets faults happen. Once the operator
 * has crashed nothing goes over it any more, and nobody is told so: every request hangs, as a process that is gone does
 * nothing more.
 */
export class Wire {
  readonly #faults: Faults;
  readonly #requests: SentRequest[] = [];
  readonly #released = Promise.withResolvers<void>();
  readonly #buried = Promise.withResolvers<never>();
  #writes = 0;
  #isDead = false;
  #isHeld = false;

  constructor(faults: Faults = {}) {
    this.#faults = faults;
    this.#buried.promise.catch(() => undefined);
  }

  /** Every write that was answered, in that order, events too. */
  get writes(): readonly SentRequest[] {
    return this.#requests.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
  }

  /** Whether the fault has happened: the crash, or the hold. */
  get hasStruck(): boolean {
    return this.#isDead || this.#isHeld;
  }

  /** Lets go on what is held: a write, or the news of a stale cache. */
  release(): void {
    this.#released.resolve();
  }

  /** From now on nothing goes over. */
  cut(): void {
    this.#isDead = true;
  }

  /** Ends all requests that hang since the cut. */
  bury(): void {
    this.#buried.reject(new DOMException('the operator has crashed', 'AbortError'));
  }

  readonly intercept: Interceptor = async (request, send) => {
    if (this.#isDead) {
      return await this.#hang(request);
    }
    const moment = this.#momentOf(request);
    if (moment === 'before') {
      return await this.#crash(request);
    }
    if (moment === 'hold') {
      this.#isHeld = true;
      await this.#released.promise;
    }
    const response = await this.#observe(request, send);
    if (moment === 'after') {
      await discard(response);
      return await this.#crash(request);
    }
    return response;
  };

  #momentOf(request: ApiRequest): Moment | 'hold' | undefined {
    const sent = sentRequest(request);
    if (!sent || (request.method ?? 'GET') === 'GET' || isEvent(sent)) {
      return undefined;
    }
    this.#writes += 1;
    const { crash, hold } = this.#faults;
    if (hold === this.#writes) {
      return 'hold';
    }
    return crash?.write === this.#writes ? crash.moment : undefined;
  }

  async #observe(request: ApiRequest, send: (request: ApiRequest) => Promise<ApiResponse>): Promise<ApiResponse> {
    const remember = (code: number) => {
      const sent = sentRequest(request, code);
      if (sent) {
        this.#requests.push(sent);
      }
    };
    try {
      const response = await send(await this.#aged(request));
      remember(response.statusCode ?? 0);
      return response;
    } catch (error) {
      remember(error instanceof ApiError ? error.code : 0);
      throw error;
    }
  }

  /** The request as a cache sends it that is behind: lists come from the past, and watches do not begin yet. */
  async #aged(request: ApiRequest): Promise<ApiRequest> {
    const { stale } = this.#faults;
    const { verb, resource } = sentRequest(request) ?? {};
    if (!stale || resource === stale.fresh || (verb !== 'list' && verb !== 'watch')) {
      return request;
    }
    if (request.query?.['fieldSelector'] !== undefined) {
      return request; // one object is looked up by its name, past the cache
    }
    if (request.query?.['sendInitialEvents'] === true) {
      // A list on the watch cannot be had from the past: say what a server says that does not know them.
      throw new ApiError(request.path, { code: 400, message: 'lists on the watch are not known here' });
    }
    if (verb === 'watch') {
      await this.#released.promise;
      return request;
    }
    const past = { resourceVersion: stale.resourceVersion, resourceVersionMatch: 'Exact' };
    return { ...request, query: { ...request.query, ...past } };
  }

  #crash(request: ApiRequest): Promise<never> {
    this.cut();
    return this.#hang(request);
  }

  /** Until the operator is told to stop. */
  async #hang({ signal }: ApiRequest): Promise<never> {
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return await Promise.race([aborted, this.#buried.promise]);
  }
}

export function isEvent({ group, resource }: SentRequest): boolean {
  return group === 'events.k8s.io' && resource === 'events';
}
