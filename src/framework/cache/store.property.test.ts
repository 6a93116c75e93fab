import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { HOLD_MS } from './held-back.ts';
import { Store } from './store.ts';

type Name = 'a' | 'b';
type Event = { readonly version: number; readonly object: KubeObject; readonly isDeletion: boolean };

/** Versions start at 95, so that they grow in length. */
const FIRST_VERSION = 95;

const keyOfName = (name: string) => `home/${name}`;

/**
 * An API server, the watch on it and the writer, each of which goes on when the test says so. It notes what the store
 * tells and checks after every step that the store has not gone back in time.
 */
class World {
  readonly store = new Store();
  /** What the store has told: of which key, and how new the store's knowledge of it was. */
  readonly told: { readonly key: string; readonly knows: number }[] = [];
  foreign: { readonly key: string; readonly version: number }[] = [];
  readonly #objects = new Map<Name, KubeObject>();
  readonly #events: Event[] = [];
  #answers: { readonly object: KubeObject; readonly end: () => void }[] = [];
  readonly #newest = new Map<string, number>();
  #version = FIRST_VERSION;
  /** How many events the watch has delivered, and the version up to which it has told everything. */
  #delivered = 0;
  #watched = FIRST_VERSION;

  constructor() {
    this.store.subscribe(({ key, current }) => {
      expect(this.store.get(key)).toBe(current);
      this.told.push({ key, knows: Math.max(this.#watched, Number(current?.metadata.resourceVersion ?? 0)) });
    });
    this.list([]);
  }

  write(name: Name, ours: boolean): void {
    this.#version += 1;
    const uid = this.#objects.get(name)?.metadata.uid ?? `uid-${this.#version}`;
    const metadata = { name, namespace: 'home', uid, resourceVersion: String(this.#version) };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    this.#objects.set(name, object);
    this.#events.push({ version: this.#version, object, isDeletion: false });
    if (ours) {
      this.#answers.push({ object, end: this.store.holdBack(keyOfName(name)) });
    } else {
      this.foreign.push({ key: keyOfName(name), version: this.#version });
    }
  }

  remove(name: Name): void {
    const held = this.#objects.get(name);
    if (held) {
      this.#version += 1;
      this.#objects.delete(name);
      const object = { ...held, metadata: { ...held.metadata, resourceVersion: String(this.#version) } };
      this.#events.push({ version: this.#version, object, isDeletion: true });
      this.foreign.push({ key: keyOfName(name), version: this.#version });
    }
  }

  watch(): void {
    const event = this.#events[this.#delivered];
    if (!event) {
      this.store.advance(String(this.#version), undefined); // a bookmark
      return;
    }
    this.#delivered += 1;
    this.#watched = event.version;
    if (event.isDeletion) {
      const before = this.told.length;
      this.store.remove(event.object);
      if (this.told.length > before) {
        this.#forgotten(keyOfName(event.object.metadata.name), event.version); // at once, that is: it may be held back
      }
    } else {
      this.store.upsert(event.object);
    }
    this.store.advance(String(event.version), undefined);
    this.#check();
  }

  answer(index: number): void {
    const [answer] = this.#answers.splice(index % Math.max(1, this.#answers.length), 1);
    if (answer) {
      this.store.observeWrite(answer.object);
      answer.end();
      this.#check();
    }
  }

  /** A gap in the watch, closed by a list; other things may happen before its objects, and before its end. */
  list(meanwhile: readonly (() => void)[]): void {
    const listing = this.store.beginList(undefined);
    const version = this.#version;
    const objects = [...this.#objects.values()];
    this.#forgive(this.#watched);
    this.#delivered = this.#events.length;
    this.#watched = version;
    for (const [index, happens] of meanwhile.entries()) {
      happens();
      for (const object of objects.splice(0, index)) {
        listing.upsert(object);
      }
    }
    for (const object of objects) {
      listing.upsert(object);
    }
    const before = this.store.keys();
    listing.end(String(version));
    for (const key of before.filter((each) => this.store.get(each) === undefined)) {
      this.#forgotten(key, version);
    }
    this.#check();
  }

  settle(): void {
    while (this.#delivered < this.#events.length) {
      this.watch();
    }
    while (this.#answers.length > 0) {
      this.answer(0);
    }
    this.watch();
  }

  expectEverythingKnown(): void {
    const byName = (a: KubeObject, b: KubeObject) => (a.metadata.name < b.metadata.name ? -1 : 1);
    expect(this.store.values().sort(byName)).toEqual([...this.#objects.values()].sort(byName));
    expect(this.store.unseenWrites).toBe(0);
  }

  /** Somebody was told of every foreign change when, or after, the store had come to know of it. */
  expectNothingForeignMissed(): void {
    const missed = this.foreign.filter(
      ({ key, version }) => !this.told.some((each) => each.key === key && each.knows >= version),
    );
    expect(missed).toEqual([]);
  }

  /** What came and went in a gap without the store or a writer having known of it need not be told. */
  #forgive(since: number): void {
    const known = new Set([...this.store.keys(), ...[...this.#objects.keys()].map(keyOfName)]);
    for (const { object } of this.#answers) {
      known.add(keyOfName(object.metadata.name));
    }
    this.foreign = this.foreign.filter(({ key, version }) => known.has(key) || version <= since);
  }

  #forgotten(key: string, version: number): void {
    if (this.store.get(key) === undefined) {
      this.#newest.set(key, Math.max(version, this.#newest.get(key) ?? 0));
    }
  }

  #check(): void {
    for (const { metadata } of this.store.values()) {
      const [key, version] = [keyOfName(metadata.name), Number(metadata.resourceVersion)];
      expect(version).toBeGreaterThanOrEqual(this.#newest.get(key) ?? 0);
      this.#newest.set(key, version);
    }
  }
}

const name = fc.constantFrom<Name>('a', 'b');
const write = fc.record({ do: fc.constant('write' as const), name, ours: fc.boolean() });
const remove = fc.record({ do: fc.constant('remove' as const), name });
const watch = fc.record({ do: fc.constant('watch' as const) });
const answer = fc.record({ do: fc.constant('answer' as const), index: fc.nat(3) });
/** Answers take so long that nobody waits for them any more. */
const wait = fc.record({ do: fc.constant('wait' as const) });
const meanwhile = fc.array(fc.oneof(write, remove, answer), { maxLength: 4 });
const list = fc.record({ do: fc.constant('list' as const), meanwhile });
const step = fc.oneof(
  { arbitrary: write, weight: 4 },
  { arbitrary: watch, weight: 4 },
  { arbitrary: answer, weight: 3 },
  { arbitrary: remove, weight: 1 },
  { arbitrary: list, weight: 1 },
  { arbitrary: wait, weight: 1 },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function perform(world: World, each: Step): void {
  switch (each.do) {
    case 'write':
      world.write(each.name, each.ours);
      break;
    case 'remove':
      world.remove(each.name);
      break;
    case 'watch':
      world.watch();
      break;
    case 'answer':
      world.answer(each.index);
      break;
    case 'wait':
      vi.advanceTimersByTime(HOLD_MS);
      break;
    case 'list':
      world.list(each.meanwhile.map((inner) => () => perform(world, inner)));
      break;
  }
}

function play(steps: readonly Step[]): World {
  const world = new World();
  for (const each of steps) {
    perform(world, each);
  }
  return world;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('any order of writes, deletions, watch events, lists and answers', () => {
  test('never takes the store back in time, loses no foreign change, and ends with what is there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = play(steps);
        world.settle();
        world.expectEverythingKnown();
        world.expectNothingForeignMissed();
      }),
      { numRuns: 2_000 },
    );
  });

  test('without lists, tells of exactly the foreign changes when no answer takes too long', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(write, watch, answer), { maxLength: 40 }), (steps) => {
        const world = play(steps);
        world.settle();
        world.expectEverythingKnown();
        expect(world.told).toHaveLength(world.foreign.length);
      }),
      { numRuns: 500 },
    );
  });
});
