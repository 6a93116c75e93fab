import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

/** Lets everything happen that can happen now. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  test('lets in as many as it may, and the others in the order in which they asked', async () => {
    const turns = new Turns(2);
    const entered: number[] = [];
    const ends: (() => void)[] = [];
    for (const caller of [0, 1, 2, 3]) {
      void turns.take(never).then((end) => {
        entered.push(caller);
        ends[caller] = end;
      });
    }
    await settle();
    expect(entered).toEqual([0, 1]);
    ends[1]?.();
    await settle();
    expect(entered).toEqual([0, 1, 2]);
    ends[0]?.();
    await settle();
    expect(entered).toEqual([0, 1, 2, 3]);
  });

  test('a turn that is ended twice makes room for one', async () => {
    const turns = new Turns(1);
    const end = await turns.take(never);
    end();
    end();
    const entered: number[] = [];
    void turns.take(never).then(() => entered.push(1));
    void turns.take(never).then(() => entered.push(2));
    await settle();
    expect(entered).toEqual([1]);
  });

  test('whoever is aborted leaves the line, and is not let in', async () => {
    const turns = new Turns(1);
    const end = await turns.take(never);
    const leaving = new AbortController();
    const left = turns.take(leaving.signal);
    const next = turns.take(never);
    leaving.abort(new Error('gone home'));
    await expect(left).rejects.toThrow('gone home');
    end();
    (await next)();
    await expect(turns.take(AbortSignal.abort(new Error('was never here')))).rejects.toThrow('was never here');
    (await turns.take(never))();
  });

  test('never lets in more than the limit, and lets in everybody in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (limit, calls) => {
          const turns = new Turns(limit);
          let inside = 0;
          let most = 0;
          const run = async (isAborted: boolean) => {
            const controller = new AbortController();
            const taking = turns.take(controller.signal);
            if (isAborted) {
              controller.abort();
            }
            const end = await taking;
            inside += 1;
            most = Math.max(most, inside);
            await settle();
            inside -= 1;
            end();
          };
          const results = await Promise.allSettled(calls.map(run));
          expect(most).toBeLessThanOrEqual(limit);
          expect(results.filter((result, index) => result.status === 'rejected' && !calls[index])).toEqual([]);
          await Promise.all(Array.from({ length: limit }, () => turns.take(never)));
        },
      ),
    );
  });
});
