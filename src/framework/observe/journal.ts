import { randomBytes } from 'node:crypto';
import type { Causes } from '../cause.ts';
import { Run } from './run.ts';

/** How many runs of one object are kept. */
const RUNS_OF_ONE = 5;
/** How many runs are kept in all; one takes about a kilobyte. */
const RUNS_OF_ALL = 1_000;
/** How many versions that we wrote are remembered: far more than can be under way at a time. */
const VERSIONS = 2_000;

/**
 * The last runs, in memory: the most recent few of each object, and not more than {@link RUNS_OF_ALL}. Objects that ran
 * longest ago are forgotten first.
 */
export class Journal {
  readonly #prefix = randomBytes(3).toString('hex');
  /** By kind and key; who ran last stands last. */
  readonly #runs = new Map<string, Run[]>();
  /** The versions that this process wrote, as their echoes name them. */
  readonly #versions = new Set<string>();
  #count = 0;
  #began = 0;

  /** Opens a run. */
  begin(kind: string, object: string, causes: Causes): Run {
    this.#began += 1;
    const run = new Run({ id: `${this.#prefix}-${this.#began}`, kind, object, causes });
    const id = `${kind} ${object}`;
    const runs = this.#runs.get(id) ?? [];
    this.#runs.delete(id);
    this.#runs.set(id, runs);
    runs.push(run);
    this.#count += 1;
    if (runs.length > RUNS_OF_ONE) {
      runs.shift();
      this.#count -= 1;
    }
    this.#forgetSome();
    return run;
  }

  /** The runs of an object, the latest first. */
  runsOf(kind: string, object: string): Run[] {
    return [...(this.#runs.get(`${kind} ${object}`) ?? [])].reverse();
  }

  /** Remembers a version that this process wrote. */
  remember(kind: string, object: string, resourceVersion: string): void {
    this.#versions.add(`${kind} ${object} ${resourceVersion}`);
    const [oldest] = this.#versions;
    if (this.#versions.size > VERSIONS && oldest !== undefined) {
      this.#versions.delete(oldest);
    }
  }

  /** Whether this process wrote a version itself. */
  isOurs(kind: string, object: string, resourceVersion: string): boolean {
    return this.#versions.has(`${kind} ${object} ${resourceVersion}`);
  }

  #forgetSome(): void {
    while (this.#count > RUNS_OF_ALL) {
      const [oldest] = this.#runs;
      if (!oldest) {
        return;
      }
      const [id, runs] = oldest;
      runs.shift();
      this.#count -= 1;
      if (runs.length === 0) {
        this.#runs.delete(id);
      }
    }
  }
}
