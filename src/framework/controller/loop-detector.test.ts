import { describe, expect, test } from 'vitest';
import { type Cause, Causes } from '../cause.ts';
import type { RunWrite } from '../observe/run.ts';
import { type Loop, LoopDetector } from './loop-detector.ts';

const KEY = 'home/a';
const SELF = { kind: 'Domain', object: KEY };
const CHILD = { kind: 'Deployment', object: KEY };

/** A detector for loops of three, with a clock, and runs that are written down briefly. */
function detector() {
  const clock = { now: 0 };
  const loops = new LoopDetector({
    threshold: 3,
    slowdown: { baseMs: 100, maxMs: 400 },
    now: () => clock.now,
  });
  let version = 0;
  const write = (target: typeof SELF, ...fields: string[]): RunWrite => {
    version += 1;
    return { ...target, result: 'updated', fields, resourceVersion: `${version}`, generation: version };
  };
  const run = (causes: readonly Cause[], ...writes: RunWrite[]): Loop | undefined =>
    loops.ended(KEY, { causes: new Causes(...causes), writes });
  const echo = (target = SELF): Cause => ({ type: 'echo', ...target, resourceVersion: `${version}` });
  const told = (target = CHILD, generation = version): Cause => {
    return { type: 'reference', ...target, change: 'changed', resourceVersion: `${version}9`, generation };
  };
  return { clock, loops, run, write, echo, told };
}

const spec: Cause = { type: 'object', change: 'spec', resourceVersion: '1' };
const asked: Cause = { type: 'asked', inRun: true };

describe('a loop is', () => {
  test('a status that is new in every run, which its own echo starts', () => {
    const { run, write, echo } = detector();
    const runs = Array.from({ length: 6 }, (_, index) =>
      run(index === 0 ? [spec] : [echo()], write(SELF, 'status.stamp')),
    );
    const loop = { runs: 3, writes: ['Domain home/a (status.stamp)'] };
    expect(runs).toEqual([undefined, undefined, undefined, loop, undefined, undefined]);
  });

  test('a kind that asks for the next run in every run, and writes each time', () => {
    const { run, write } = detector();
    const runs = Array.from({ length: 4 }, () => run([asked], write(SELF, 'status.stamp')));
    expect(runs.at(-1)?.writes).toEqual(['Domain home/a (status.stamp)']);
  });

  test('a child that is written anew whenever its controller reports on it', () => {
    const { run, write, told } = detector();
    const template = () => write(CHILD, 'spec.template');
    const runs = Array.from({ length: 4 }, () => run([told()], template()));
    expect(runs.at(-1)).toEqual({ runs: 3, writes: ['Deployment home/a (spec.template)'] });
  });

  test('a fight of two of our objects over a third, with runs in between that find nothing to do', () => {
    const { run, write, echo } = detector();
    run([spec], write(CHILD, 'data.owner'));
    const runs = Array.from({ length: 3 }, () => {
      run([echo(CHILD)]);
      return run([echo(CHILD)], write(CHILD, 'data.owner'));
    });
    expect(runs.at(-1)?.writes).toEqual(['Deployment home/a (data.owner)']);
  });
});

describe('no loop is', () => {
  test.each<{ name: string; causes: (parts: ReturnType<typeof detector>) => readonly Cause[] }>([
    { name: 'a spec that changes again and again', causes: () => [spec] },
    { name: 'an echo beside a change of somebody else', causes: ({ echo }) => [echo(), spec] },
    { name: 'a timer', causes: () => [{ type: 'timer', afterMs: 100 }] },
    { name: 'a retry', causes: () => [{ type: 'retry', attempt: 1 }] },
    { name: 'a question from outside a run', causes: () => [{ type: 'asked', inRun: false }] },
    { name: 'somebody who changes the spec of our child', causes: ({ told }) => [told(CHILD, 1_000)] },
    {
      name: 'a child that is deleted and made again',
      causes: ({ told }) => [{ ...told(), change: 'deleted' } as Cause],
    },
    { name: 'a Secret that somebody rotates', causes: ({ told }) => [told({ kind: 'Secret', object: 'home/s' })] },
    {
      name: 'more causes than can be told',
      causes: ({ echo }) => Array.from({ length: 9 }, (_, index) => ({ ...echo(), resourceVersion: `${index}` })),
    },
  ])('$name', ({ causes }) => {
    const parts = detector();
    const { run, write } = parts;
    const writes = () => [write(SELF, 'status.stamp'), write(CHILD, 'spec.template')];
    const found = Array.from({ length: 20 }, () => run(causes(parts), ...writes()));
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('a rollout: its reports start runs, and these write the status only', () => {
    const { run, write, told } = detector();
    run([spec], write(CHILD, 'spec.template'), write(SELF, 'status.conditions[Ready].message'));
    const found = Array.from({ length: 30 }, () =>
      run([told(CHILD, 1)], write(SELF, 'status.conditions[Ready].message')),
    );
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('a row of parts, each made when the one before it is there', () => {
    const { run, write, told } = detector();
    const part = (index: number) => ({ kind: 'Deployment', object: `home/part-${index}` });
    run([spec], write(part(0), 'spec'), write(SELF, 'status.conditions[Ready].message'));
    const found = Array.from({ length: 30 }, (_, index) =>
      run([told(part(index))], write(part(index + 1), 'spec'), write(SELF, 'status.conditions[Ready].message')),
    );
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('a status that is written again with other fields', () => {
    const { run, write, echo } = detector();
    const found = Array.from({ length: 20 }, (_, index) => run([echo()], write(SELF, `status.field${index % 2}`)));
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('the same write of long ago', () => {
    const { clock, run, write, echo } = detector();
    const found = Array.from({ length: 20 }, () => {
      clock.now += 3_600_000;
      return run([echo()], write(SELF, 'status.stamp'));
    });
    expect(found.filter(Boolean)).toEqual([]);
  });
});

describe('an object in a loop', () => {
  function looping() {
    const parts = detector();
    for (let i = 0; i < 4; i++) {
      parts.run([asked], parts.write(SELF, 'status.stamp'));
    }
    return parts;
  }

  test('is held back for longer and longer, up to a bound', () => {
    const { clock, loops, run, write } = looping();
    const holds: number[] = [];
    for (let i = 0; i < 5; i++) {
      const holdMs = loops.holdMs(KEY, new Causes(asked));
      holds.push(holdMs);
      clock.now += holdMs;
      expect(loops.holdMs(KEY, new Causes(asked))).toBe(0);
      run([asked], write(SELF, 'status.stamp'));
    }
    expect(holds).toEqual([100, 200, 400, 400, 400]);
    expect(loops.loopOf(KEY)).toEqual({ runs: 8, heldMs: 400 });
  });

  test('runs at once when something else asks for it, and other objects are not held at all', () => {
    const { loops } = looping();
    expect(loops.holdMs(KEY, new Causes(asked, spec))).toBe(0);
    expect(loops.holdMs('home/b', new Causes(asked))).toBe(0);
  });

  test('is told of once, until the loop has ended', () => {
    const { loops, run, write } = looping();
    expect(Array.from({ length: 10 }, () => run([asked], write(SELF, 'status.stamp')))).not.toContainEqual(
      expect.anything(),
    );
    run([spec]);
    expect(loops.loopOf(KEY)).toBeUndefined();
    const again = Array.from({ length: 4 }, () => run([asked], write(SELF, 'status.stamp')));
    expect(again.at(-1)).toEqual({ runs: 3, writes: ['Domain home/a (status.stamp)'] });
  });

  test('is forgotten with its object', () => {
    const { loops } = looping();
    loops.forget(KEY);
    expect(loops.holdMs(KEY, new Causes(asked))).toBe(0);
  });
});
