/** The longest stall of an event loop, and the most that it computed during one, in milliseconds. */
export type Stalls = { readonly longestMs: number; readonly computedMs: number };

const NONE: Stalls = { longestMs: 0, computedMs: 0 };

/** Collects what `bench/operator/stalls.ts` tells of an operator. */
export class StallLog {
  #stalls = NONE;

  /** Takes a line of the operator's. @returns whether it was about a stall. */
  take(line: string): boolean {
    if (!line.startsWith('{"stallMs"')) {
      return false;
    }
    const stall = JSON.parse(line) as { stallMs: number; computedMs: number };
    const { longestMs, computedMs } = this.#stalls;
    this.#stalls = {
      longestMs: Math.max(longestMs, stall.stallMs),
      computedMs: Math.max(computedMs, stall.computedMs),
    };
    return true;
  }

  /** The longest since the last call. */
  longest(): Stalls {
    const longest = this.#stalls;
    this.#stalls = NONE;
    return longest;
  }
}
