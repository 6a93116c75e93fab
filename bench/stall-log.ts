/** The longest stalls of an event loop, in milliseconds: as it was, and without the time without a processor. */
export type Stalls = { readonly longestMs: number; readonly ownMs: number };

const NONE: Stalls = { longestMs: 0, ownMs: 0 };

/** Collects what `bench/operator/stalls.ts` tells of an operator. */
export class StallLog {
  #stalls = NONE;

  /** Takes a line of the operator's. @returns whether it was about a stall. */
  take(line: string): boolean {
    if (!line.startsWith('{"stallMs"')) {
      return false;
    }
    const { stallMs, waitedMs } = JSON.parse(line) as { stallMs: number; waitedMs: number };
    const { longestMs, ownMs } = this.#stalls;
    this.#stalls = { longestMs: Math.max(longestMs, stallMs), ownMs: Math.max(ownMs, stallMs - waitedMs) };
    return true;
  }

  /** The longest since the last call. */
  longest(): Stalls {
    const longest = this.#stalls;
    this.#stalls = NONE;
    return longest;
  }
}
