import type { Pace } from './pace.ts';

/** A queue that shares a budget. */
export type Member = {
  /** Whether it has a key to work on and a worker of its own to spare. */
  readonly wants: () => boolean;
  /** Begins with one key. */
  readonly begin: () => void;
};

/**
 * Bounds how many keys several queues work on together. Places are given in turns, so that a kind with thousands of
 * objects leaves room for one with a single object.
 */
export class Budget {
  readonly #limit: number;
  /** Whose turn it is stands first. */
  readonly #members: Member[] = [];
  readonly #pace: Pace | undefined;
  #used = 0;
  #isWaiting = false;

  /** @param pace spreads the begin of runs: many that need no answer from anywhere would all end in the same turn. */
  constructor(limit: number, pace?: Pace) {
    this.#limit = limit;
    this.#pace = pace;
  }

  join(member: Member): void {
    this.#members.push(member);
  }

  /** Gives places to those who want one, as long as there are any. */
  share(): void {
    for (let next = this.#next(); next && !this.#isWaiting; next = this.#next()) {
      if (this.#pace?.isOver()) {
        this.#shareLater(this.#pace);
      } else {
        this.#give(next);
      }
    }
  }

  /** Takes a place back. */
  giveBack(): void {
    this.#used -= 1;
    this.share();
  }

  #give(member: Member): void {
    this.#members.push(...this.#members.splice(this.#members.indexOf(member), 1));
    this.#used += 1;
    member.begin();
  }

  #shareLater(pace: Pace): void {
    this.#isWaiting = true;
    pace.onNextSlice(() => {
      this.#isWaiting = false;
      const next = this.#next();
      if (next) {
        this.#give(next);
      }
      this.share();
    });
  }

  #next(): Member | undefined {
    return this.#used < this.#limit ? this.#members.find((member) => member.wants()) : undefined;
  }
}
