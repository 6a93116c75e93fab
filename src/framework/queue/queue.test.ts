import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Budget } from './budget.ts';
import type { Priority } from './line.ts';
import { WorkQueue } from './queue.ts';

const backoff = { baseMs: 100, maxMs: 1_000 };
const spread = (delayMs: number) => delayMs;

/** A queue whose handlers end when the test says so. */
function controlled(concurrency = 1) {
  const started: string[] = [];
  const crashes: { key: string; error: unknown }[] = [];
  const running = new Map<string, PromiseWithResolvers<void>>();
  const queue = new WorkQueue({ concurrency, backoff, spread, onCrash: (key, error) => crashes.push({ key, error }) });
  const handler = (key: string): Promise<void> => {
    expect(running.has(key), `${key} has one worker`).toBe(false);
    started.push(key);
    const done = Promise.withResolvers<void>();
    running.set(key, done);
    return done.promise;
  };
  const take = (key: string): PromiseWithResolvers<void> => {
    const done = running.get(key);
    if (!done) {
      throw new Error(`${key} is not worked on`);
    }
    running.delete(key);
    return done;
  };
  const finish = async (key: string): Promise<void> => {
    take(key).resolve();
    await settled();
  };
  const fail = async (key: string, error: unknown): Promise<void> => {
    take(key).reject(error);
    await settled();
  };
  return { queue, handler, started, crashes, running, finish, fail };
}

/** Lets everything that needs no timer happen. */
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('adding keys', () => {
  test('keys added before the start are handed out at the start, in the order of their first addition', async () => {
    const { queue, handler, started } = controlled(3);
    for (const key of ['b', 'a', 'b', 'c']) {
      queue.add(key);
    }
    expect(started).toEqual([]);
    expect(queue.depth).toBe(3);
    queue.start(handler);
    expect(started).toEqual(['b', 'a', 'c']);
    expect(queue).toMatchObject({ depth: 0, activeCount: 3 });
  });

  test('a key that waits is worked on once, however often it is added', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.add('busy');
    for (let i = 0; i < 10; i++) {
      queue.add('a');
    }
    await finish('busy');
    await finish('a');
    expect(started).toEqual(['busy', 'a']);
    expect(queue).toMatchObject({ depth: 0, activeCount: 0 });
  });

  test('a key added while it is worked on has no second worker and runs once more afterwards', async () => {
    const { queue, handler, started, finish } = controlled(4);
    queue.start(handler);
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(started).toEqual(['a']);
    expect(queue).toMatchObject({ depth: 1, activeCount: 1 });
    await finish('a');
    expect(started).toEqual(['a', 'a']);
    await finish('a');
    expect(started).toEqual(['a', 'a']);
    expect(queue).toMatchObject({ depth: 0, activeCount: 0 });
  });

  test('a key that keeps coming back does not starve the others', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.add('greedy');
    queue.add('patient');
    queue.add('greedy');
    await finish('greedy');
    await finish('patient');
    expect(started).toEqual(['greedy', 'patient', 'greedy']);
  });

  test('no more keys are worked on at the same time than the concurrency allows', async () => {
    const { queue, handler, running, finish } = controlled(2);
    queue.start(handler);
    for (const key of ['a', 'b', 'c', 'd']) {
      queue.add(key);
    }
    expect([...running.keys()]).toEqual(['a', 'b']);
    await finish('a');
    expect([...running.keys()]).toEqual(['b', 'c']);
    await finish('c');
    expect([...running.keys()]).toEqual(['b', 'd']);
  });
});

describe('timed additions', () => {
  test('a key added with a delay runs when the delay is over, not before', async () => {
    const { queue, handler, started } = controlled();
    queue.start(handler);
    queue.addAfter('a', 1_000);
    expect(queue.depth).toBe(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a']);
  });

  test.each([
    { name: 'a later time does not push an earlier one back', delays: [100, 5_000], at: 100 },
    { name: 'an earlier time replaces a later one', delays: [5_000, 100], at: 100 },
    { name: 'the earliest of many counts', delays: [5_000, 300, 100, 200], at: 100 },
  ])('$name, and the key runs once', async ({ delays, at }) => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    for (const delay of delays) {
      queue.addAfter('a', delay);
    }
    await vi.advanceTimersByTimeAsync(at - 1);
    expect(started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(started).toEqual(['a']);
    await finish('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(['a']);
  });

  test('an addition without delay takes the place of the timed one', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.addAfter('a', 100);
    queue.add('a');
    await finish('a');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['a']);
  });

  test('a key that waits already needs no timer', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.add('busy');
    queue.add('a');
    queue.addAfter('a', 100);
    expect(vi.getTimerCount()).toBe(0);
    await finish('busy');
    await finish('a');
    expect(started).toEqual(['busy', 'a']);
  });

  test('a time that comes while the key is worked on makes it run again', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.add('a');
    queue.addAfter('a', 100);
    await vi.advanceTimersByTimeAsync(100);
    expect(started).toEqual(['a']);
    await finish('a');
    expect(started).toEqual(['a', 'a']);
  });

  test('a delay longer than a timer can hold (24.8 days) is waited for, not skipped', async () => {
    const { queue, handler, started } = controlled();
    queue.start(handler);
    queue.addAfter('certificate', 60 * 24 * 3_600_000);
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(started).toEqual([]);
  });
});

describe('failures', () => {
  /** Runs `a` and lets it ask for a retry; returns the delay until it ran again. */
  async function retryDelay(parts: ReturnType<typeof controlled>, minimumMs?: number): Promise<number> {
    const { queue, started, finish } = parts;
    queue.addAfterFailure('a', minimumMs);
    const runs = started.length;
    const from = Date.now();
    while (started.length === runs) {
      await vi.advanceTimersToNextTimerAsync();
    }
    await finish('a');
    return Date.now() - from;
  }

  test('the delay doubles with every failure up to the cap', async () => {
    const parts = controlled();
    parts.queue.start(parts.handler);
    const delays: number[] = [];
    for (let i = 0; i < 6; i++) {
      delays.push(await retryDelay(parts));
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('a success starts the delays over', async () => {
    const parts = controlled();
    parts.queue.start(parts.handler);
    await retryDelay(parts);
    await retryDelay(parts);
    parts.queue.forget('a');
    expect(await retryDelay(parts)).toBe(100);
  });

  test('the delay that the server asked for is a minimum', async () => {
    const parts = controlled();
    parts.queue.start(parts.handler);
    expect(await retryDelay(parts, 700)).toBe(700);
    expect(await retryDelay(parts, 50)).toBe(200);
  });

  test('the failures of one key do not delay another', async () => {
    const parts = controlled();
    const { queue, handler, started } = parts;
    queue.start(handler);
    await retryDelay(parts);
    await retryDelay(parts);
    queue.addAfterFailure('b');
    await vi.advanceTimersByTimeAsync(100);
    expect(started.at(-1)).toBe('b');
  });

  test.each<{ name: string; thrown: () => Promise<void> }>([
    { name: 'rejects', thrown: () => Promise.reject(new Error('boom')) },
    {
      name: 'throws at once',
      thrown: () => {
        throw new Error('boom');
      },
    },
  ])('a handler that $name is reported and retried, and the queue goes on', async ({ thrown }) => {
    const crashes: unknown[] = [];
    const started: string[] = [];
    const queue = new WorkQueue({
      concurrency: 1,
      backoff,
      spread,
      onCrash: (key, error) => crashes.push([key, String(error)]),
    });
    queue.start(async (key) => {
      started.push(key);
      if (started.length === 1) {
        await thrown();
      }
    });
    queue.add('bad');
    queue.add('good');
    await settled();
    expect(crashes).toEqual([['bad', 'Error: boom']]);
    expect(started).toEqual(['bad', 'good']);
    await vi.advanceTimersByTimeAsync(100);
    expect(started).toEqual(['bad', 'good', 'bad']);
    expect(queue.activeCount).toBe(0);
  });

  test('a handler that throws after its key was added again runs again at once', async () => {
    const { queue, handler, started, fail, finish } = controlled();
    queue.start(handler);
    queue.add('a');
    queue.add('a');
    await fail('a', new Error('boom'));
    expect(started).toEqual(['a', 'a']);
    await finish('a');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(started).toEqual(['a', 'a']);
  });
});

describe('causes', () => {
  const changed = (change: 'spec' | 'status', resourceVersion: string) => {
    return { type: 'object', change, resourceVersion } as const;
  };

  test('are collected while a key waits and are those of its run; what comes meanwhile is for the next', async () => {
    const { queue, handler, finish } = controlled();
    queue.start(handler);
    queue.add('busy');
    queue.add('a', { type: 'start' });
    queue.add('a', changed('spec', '2'));
    expect(queue.stateOf('a')).toMatchObject({ state: 'waiting' });
    await finish('busy');
    queue.add('a', changed('status', '3'));
    const first = queue.stateOf('a');
    expect(first.state === 'running' && first.causes.list()).toEqual([{ type: 'start' }, changed('spec', '2')]);
    await finish('a');
    const second = queue.stateOf('a');
    expect(second.state === 'running' && second.causes.list()).toEqual([changed('status', '3')]);
    await finish('a');
    expect(queue.stateOf('a')).toEqual({ state: 'idle' });
  });

  test('timers and retries are causes too, and are planned until their time', async () => {
    const { queue, handler, finish } = controlled();
    queue.start(handler);
    queue.addAfterFailure('a');
    queue.addAfterFailure('a');
    const planned = queue.stateOf('a');
    expect(planned).toMatchObject({ state: 'planned', inMs: 100 });
    expect(planned.state === 'planned' && planned.causes.list()).toEqual([{ type: 'retry', attempt: 1 }]);
    await vi.advanceTimersByTimeAsync(100);
    await finish('a');
    queue.addAfter('a', 1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    const running = queue.stateOf('a');
    expect(running.state === 'running' && running.causes.list()).toEqual([{ type: 'timer', afterMs: 1_000 }]);
  });

  test('decide who goes first: news before retries before what was found at the start', async () => {
    const { queue, handler, started, finish } = controlled();
    queue.start(handler);
    queue.add('busy');
    queue.add('found-1', { type: 'start' });
    queue.add('found-2', { type: 'start' });
    queue.addAfterFailure('retried');
    await vi.advanceTimersByTimeAsync(100);
    queue.add('changed', changed('spec', '2'));
    queue.add('found-2', changed('spec', '3'));
    expect(['high', 'normal', 'low'].map((each) => queue.depthOf(each as Priority))).toEqual([2, 1, 1]);
    for (const key of ['busy', 'changed', 'found-2', 'retried', 'found-1']) {
      await finish(key);
    }
    expect(started).toEqual(['busy', 'changed', 'found-2', 'retried', 'found-1']);
  });

  test('queues that share a budget take turns, and together keep to it', async () => {
    const started: string[] = [];
    const ends: (() => void)[] = [];
    const budget = new Budget(2);
    const queues = ['x', 'y'].map((name) => {
      const queue = new WorkQueue({ concurrency: 8, budget, onCrash: () => undefined });
      queue.start(async (key) => {
        started.push(`${name}${key}`);
        await new Promise<void>((resolve) => ends.push(resolve));
      });
      return queue;
    });
    for (const queue of queues) {
      for (const key of ['1', '2', '3']) {
        queue.add(key);
      }
    }
    expect(started).toEqual(['x1', 'x2']);
    for (let i = 0; i < 6; i++) {
      ends.shift()?.();
      await settled();
    }
    expect(started).toEqual(['x1', 'x2', 'y1', 'x3', 'y2', 'y3']);
  });

  test('delays of failures are spread, but never below what the server asked for', async () => {
    const queue = new WorkQueue({ concurrency: 1, backoff, onCrash: () => undefined });
    const delays = Array.from({ length: 50 }, (_, index) => queue.addAfterFailure(`k${index}`));
    expect(new Set(delays).size).toBeGreaterThan(10);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(100);
    expect(queue.addAfterFailure('asked', 700)).toBe(700);
    await queue.close();
  });
});

describe('closing', () => {
  test('waits for the running handlers, drops what waits and takes no more', async () => {
    const { queue, handler, started, finish } = controlled(2);
    queue.start(handler);
    for (const key of ['a', 'b', 'c']) {
      queue.add(key);
    }
    queue.add('a');
    queue.addAfter('d', 100);
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    queue.add('e');
    queue.add('b');
    queue.addAfter('f', 100);
    queue.addAfterFailure('g');
    await finish('a');
    expect(closed).toBe(false);
    await finish('b');
    await closing;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(['a', 'b']);
    expect(vi.getTimerCount()).toBe(0);
    expect(queue).toMatchObject({ depth: 0, activeCount: 0 });
  });

  test('resolves at once when nothing runs, also after earlier work', async () => {
    const { queue, handler, finish } = controlled();
    queue.start(handler);
    queue.add('a');
    await finish('a');
    await queue.close();
    await queue.close();
  });

  test('a handler that crashes while the queue closes is not retried', async () => {
    const { queue, handler, started, crashes, fail } = controlled();
    queue.start(handler);
    queue.add('a');
    const closing = queue.close();
    await fail('a', new Error('boom'));
    await closing;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(started).toEqual(['a']);
    expect(crashes).toHaveLength(1);
  });
});

describe('any interleaving', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), key }),
    fc.record({ do: fc.constant('addAfter' as const), key, delay: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ do: fc.constant('retry' as const), key }),
    fc.record({ do: fc.constant('finish' as const), key }),
    fc.record({ do: fc.constant('crash' as const), key }),
    fc.record({ do: fc.constant('pass' as const), delay: fc.integer({ min: 1, max: 60 }) }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  test('no key has two workers, the bound holds, and every key that was added is worked on afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 60 }),
        async (concurrency, steps) => {
          const parts = controlled(concurrency);
          const { queue, handler, running, finish } = parts;
          /** What was asked for and not begun since. */
          const owed = new Set<string>();
          queue.start((each) => {
            owed.delete(each);
            const done = handler(each); // asserts that the key has no other worker
            expect(running.size).toBeLessThanOrEqual(concurrency);
            return done;
          });
          for (const each of steps) {
            await apply(each, parts, owed);
            expect(queue.activeCount).toBe(running.size);
          }
          await drain(running, finish);
          expect([...owed]).toEqual([]);
          expect(queue).toMatchObject({ depth: 0, activeCount: 0 });
          vi.clearAllTimers();
        },
      ),
      { numRuns: 300 },
    );
  });

  async function apply(each: Step, parts: ReturnType<typeof controlled>, owed: Set<string>): Promise<void> {
    switch (each.do) {
      case 'pass':
        await vi.advanceTimersByTimeAsync(each.delay);
        return;
      case 'finish':
      case 'crash':
        await end(each, parts);
        return;
      default:
        owed.add(each.key);
        ask(parts.queue, each);
    }
  }

  async function end({ do: how, key: ended }: Extract<Step, { key: string }>, parts: ReturnType<typeof controlled>) {
    if (parts.running.has(ended)) {
      await (how === 'finish' ? parts.finish(ended) : parts.fail(ended, new Error('boom')));
    }
  }

  function ask(queue: WorkQueue, each: Extract<Step, { key: string }>): void {
    if (each.do === 'addAfter') {
      queue.addAfter(each.key, each.delay);
    } else if (each.do === 'retry') {
      queue.addAfterFailure(each.key);
    } else {
      queue.add(each.key);
    }
  }

  async function drain(running: Map<string, unknown>, finish: (key: string) => Promise<void>): Promise<void> {
    do {
      await vi.advanceTimersByTimeAsync(5_000);
      for (const each of [...running.keys()]) {
        await finish(each);
      }
    } while (running.size > 0 || vi.getTimerCount() > 0);
  }
});
