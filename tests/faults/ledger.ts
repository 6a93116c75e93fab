import { expect } from 'vitest';
import type { PostgresHandle } from '../../testenv/src/postgres.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { cachedObjects } from '../harness/observations.ts';
import { everythingOn } from '../harness/postgres-server.ts';
import { statusProblems } from '../harness/status-problems.ts';
import { conditionOf, type SeenObject, type Suite } from '../harness/suite.ts';
import type { FaultKind, Version } from './fault-kind.ts';
import { participants } from './kinds.ts';

/** An object that should be there. */
type Expected = { readonly kind: string; readonly entry: FaultKind; readonly name: string; readonly version: Version };

/** Keeps account of what has been made, changed and deleted, and so of what has to be there. */
export class Ledger {
  readonly #suite: Suite;
  readonly #server: PostgresHandle;
  readonly #expected = new Map<string, Expected>();
  readonly #values = new Map<string, string>();
  /** What is there besides. */
  #surroundings: ReadonlySet<string> = new Set();
  /** What statuses have said that none may say. */
  readonly #problems: string[] = [];

  constructor(suite: Suite, server: PostgresHandle) {
    this.#suite = suite;
    this.#server = server;
  }

  /** Makes what the objects of some kinds find before them. */
  async prepare(): Promise<void> {
    const objects = participants.flatMap(({ entry }) => entry.surroundings?.(this.#server) ?? []);
    if (objects.length > 0) {
      await this.#suite.apply(...objects);
    }
    this.#surroundings = new Set(objects.map(keyOf));
  }

  /** Makes an object of every kind for each of the names. */
  async make(slug: string, names: readonly string[]): Promise<void> {
    const made = participants.flatMap(({ kind, entry }) =>
      names.map((name): Expected => ({ kind, entry, name: `${nameOf(kind, slug)}-${name}`, version: 'made' })),
    );
    await this.#apply(made);
  }

  async #apply(objects: readonly Expected[]): Promise<void> {
    await this.#suite.apply(...objects.map(({ entry, name, version }) => entry.manifest(name, version)));
    for (const object of objects) {
      this.#expected.set(`${object.kind} ${object.name}`, object);
    }
  }

  /** Makes, changes and deletes one object of every kind. May be called again when it did not get through. */
  async disturb(slug: string): Promise<void> {
    await this.make(slug, ['new']);
    const altered = participants.map(({ kind, entry }): Expected => {
      return { kind, entry, name: `${nameOf(kind, slug)}-altered`, version: 'changed' };
    });
    await this.#apply(altered);
    for (const { kind, plural } of participants) {
      const name = `${nameOf(kind, slug)}-doomed`;
      const args = [plural, name, '-n', this.#suite.namespace, '--wait=false', '--ignore-not-found'];
      await this.#suite.kubectl('delete', ...args);
      this.#expected.delete(`${kind} ${name}`);
    }
  }

  /** Waits until all objects that should be there are Ready and no other is there. @returns how many there are. */
  async converged(timeoutMs = 100_000): Promise<number> {
    await eventually('everything is as it should be', () => this.#unfinished(), {
      timeoutMs,
      intervalMs: 200,
      until: (unfinished) => unfinished.length === 0,
    });
    return this.#expected.size;
  }

  /** What is not as it should be yet, in words. @throws AssertionError when a status says what none may say. */
  async #unfinished(): Promise<string[]> {
    const seen = await this.#objects();
    const keys = new Set(seen.map(keyOf));
    const missing = [...this.#expected.keys()].filter((key) => !keys.has(key)).map((key) => `${key} is missing`);
    const left = [...keys].filter((key) => !this.#expected.has(key) && !this.#surroundings.has(key));
    const unready = seen.filter((object) => !isReady(object)).map(keyOf);
    return [...missing, ...left.map((key) => `${key} is left`), ...unready.map((key) => `${key} is not Ready`)];
  }

  async #objects(): Promise<SeenObject[]> {
    const lists = await Promise.all(
      participants.map(async ({ kind, collection }) => {
        const { body } = await this.#suite.testenv.request({ path: collection(this.#suite.namespace) });
        return (body.items as SeenObject[]).map((object) => ({ ...object, kind }));
      }),
    );
    const objects = lists.flat();
    this.#problems.push(...objects.flatMap(statusProblems));
    return objects;
  }

  /** Nothing is lost, nothing is there twice, no value has changed, and no status was ever wrong. */
  async expectWhole(): Promise<void> {
    expect(this.#problems).toEqual([]);
    const objects = await this.#objects();
    for (const { kind, entry, name, version } of this.#expected.values()) {
      const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
      expect(object, `${kind} ${name}`).toBeDefined();
      if (object) {
        await entry.expectInLine(this.#suite, object, version);
      }
    }
    await this.#expectCacheWhole(objects);
    await this.#expectValuesKept();
    const databases = [...this.#expected.values()]
      .flatMap(({ entry, name }) => entry.databaseOf?.(this.#suite.namespace, name) ?? [])
      .sort();
    expect(await everythingOn(this.#server)).toEqual({ roles: databases, databases });
  }

  /** The operator's cache holds what the server has: no ghost of what was deleted while it could not see. */
  async #expectCacheWhole(objects: readonly SeenObject[]): Promise<void> {
    for (const { kind } of participants) {
      const count = objects.filter((object) => object.kind === kind).length;
      await eventually(`the cache has ${count} ${kind}`, () => cachedObjects(this.#suite.operator, kind), {
        until: (cached) => cached === count,
      });
    }
  }

  /** No value that a Secret of ours ever had is another one later. */
  async #expectValuesKept(): Promise<void> {
    for (const { entry, name } of this.#expected.values()) {
      const secret = entry.secretOf?.(name);
      for (const [key, value] of Object.entries(secret ? await this.#suite.secret(secret) : {})) {
        const id = `${secret} ${key}`;
        expect(this.#values.get(id) ?? value, `value ${id}`).toBe(value);
        this.#values.set(id, value);
      }
    }
  }
}

function keyOf({ kind, metadata }: { readonly kind: string; readonly metadata: { readonly name: string } }): string {
  return `${kind} ${metadata.name}`;
}

/** Short, because the names of databases have a limit. */
function nameOf(kind: string, slug: string): string {
  return `${kind.replace(/[a-z]/g, '').toLowerCase()}-${slug}`;
}

function isReady(object: SeenObject): boolean {
  const ready = conditionOf(object, 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
}
