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
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  join(member: Member): void {
    this.#members.push(member);
  }

  /** Gives places to those who want one, as long as there are any. */
  share(): void {
    while (this.#used < this.#limit) {
      const member = this.#next();
      if (!member) {
        return;
      }
      this.#used += 1;
      member.begin();
    }
  }

  /** Takes a place back. */
  giveBack(): void {
    this.#used -= 1;
    this.share();
  }

  #next(): Member | undefined {
    const index = this.#members.findIndex((member) => member.wants());
    const [member] = index === -1 ? [] : this.#members.splice(index, 1);
    if (member) {
      this.#members.push(member);
    }
    return member;
  }
}
