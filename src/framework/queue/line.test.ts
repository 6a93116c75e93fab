import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Line, PATIENCE_MS, PRIORITIES, type Priority, SHARE } from './line.ts';

/** Takes everything out at one moment. */
function drained(line: Line, now: number): string[] {
  const keys: string[] = [];
  for (let next = line.take(now); next; next = line.take(now)) {
    keys.push(next.key);
  }
  return keys;
}

describe('Line', () => {
  test('hands out the most urgent first, and equals in the order of their arrival', () => {
    const line = new Line();
    const keys: [string, Priority][] = [
      ['low-1', 'low'],
      ['normal-1', 'normal'],
      ['high-1', 'high'],
      ['low-2', 'low'],
      ['high-2', 'high'],
    ];
    for (const [key, priority] of keys) {
      line.add(key, priority, 0);
    }
    expect(drained(line, 1)).toEqual(['high-1', 'high-2', 'normal-1', 'low-1', 'low-2']);
    expect(line.size).toBe(0);
  });

  test('a key that waits becomes more urgent, never less', () => {
    const line = new Line();
    line.add('a', 'low', 0);
    line.add('b', 'high', 0);
    line.add('c', 'normal', 0);
    line.add('a', 'high', 1);
    line.add('b', 'low', 1);
    expect(PRIORITIES.map((priority) => line.sizeOf(priority))).toEqual([2, 1, 0]);
    expect(line.take(2)).toEqual({ key: 'b', priority: 'high', waitedMs: 2 });
    expect(line.take(2)).toEqual({ key: 'a', priority: 'high', waitedMs: 2 });
  });

  test('one in four goes to who has waited longest, once that is long', () => {
    const line = new Line();
    line.add('old-1', 'low', 0);
    line.add('old-2', 'low', 1);
    for (let i = 0; i < 10; i++) {
      line.add(`new-${i}`, 'high', PATIENCE_MS);
    }
    const order = drained(line, PATIENCE_MS + 1);
    expect(order.indexOf('old-1')).toBe(SHARE - 1);
    expect(order.indexOf('old-2')).toBe(2 * SHARE - 1);
  });

  test('thousands that were there before do not keep a new one waiting', () => {
    const line = new Line();
    for (let i = 0; i < 10_000; i++) {
      line.add(`old-${i}`, 'low', 0);
    }
    line.take(1);
    line.add('new', 'high', 60_000);
    const next = [line.take(60_001), line.take(60_001)].map((each) => each?.key);
    expect(next).toContain('new');
  });
});

describe('any load', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        key: fc.nat(40),
        priority: fc.constantFrom(...PRIORITIES),
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(PATIENCE_MS) }) },
    // A flood of news, so that what is less urgent would wait for ever.
    { weight: 2, arbitrary: fc.record({ do: fc.constant('flood' as const), count: fc.nat(30) }) },
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  /** A key that waits, as the promise is about it: how many may leave before it does, once it has waited long. */
  type Waiting = { readonly since: number; readonly older: number; passed: number };

  class Model {
    readonly line = new Line();
    readonly waiting = new Map<string, Waiting>();
    now = 0;
    #flooded = 0;

    apply(each: Step): void {
      switch (each.do) {
        case 'add':
          this.#add(`k${each.key}`, each.priority);
          return;
        case 'pass':
          this.now += each.ms;
          return;
        case 'flood':
          for (let i = 0; i < each.count; i++) {
            this.#flooded += 1;
            this.#add(`f${this.#flooded}`, 'high');
          }
          return;
        case 'take':
          this.take();
          return;
      }
    }

    take(): void {
      const next = this.line.take(this.now);
      assert((next === undefined) === (this.waiting.size === 0), 'somebody leaves exactly when somebody waits');
      assert(next === undefined || this.waiting.delete(next.key), 'who leaves has waited');
      for (const [key, place] of next ? this.waiting : []) {
        place.passed += this.now - place.since >= PATIENCE_MS ? 1 : 0;
        assert(place.passed < SHARE * (place.older + 1), `${key} was passed by ${place.passed} and is still there`);
      }
    }

    #add(key: string, priority: Priority): void {
      this.line.add(key, priority, this.now);
      if (!this.waiting.has(key)) {
        this.waiting.set(key, { since: this.now, older: this.waiting.size, passed: 0 });
      }
    }
  }

  test('whoever has waited long leaves within four times as many as were there before it, and nobody is lost', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 200 }), (steps) => {
        const model = new Model();
        for (const each of steps) {
          model.apply(each);
        }
        while (model.waiting.size > 0) {
          model.now += 100;
          model.take();
        }
        expect(model.line.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('the bound holds under a flood that never ends', () => {
    const model = new Model();
    for (let i = 0; i < 20; i++) {
      model.apply({ do: 'add', key: i, priority: i % 2 === 0 ? 'low' : 'normal' });
    }
    for (let i = 0; i < 200; i++) {
      model.now += 100;
      model.apply({ do: 'flood', count: 3 });
      model.take();
    }
    expect([...model.waiting.keys()].filter((key) => key.startsWith('k'))).toEqual([]);
  });
});
