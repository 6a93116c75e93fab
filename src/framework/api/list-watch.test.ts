import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitLines } from './list-watch.ts';

/** Cuts bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places, bytes.length].map((place) => Math.min(place, bytes.length)).sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
}

async function linesOf(chunks: readonly Uint8Array[], onActivity?: () => void): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of splitLines(streamOf(chunks), onActivity)) {
    lines.push(line);
  }
  return lines;
}

const encode = (text: string) => new TextEncoder().encode(text);

describe('splitLines', () => {
  test.each([
    { name: 'nothing', text: '', lines: [] },
    { name: 'one line', text: 'a\n', lines: ['a'] },
    { name: 'several lines', text: 'a\nbc\nd\n', lines: ['a', 'bc', 'd'] },
    { name: 'empty lines, which it skips', text: '\n\na\n\n', lines: ['a'] },
    { name: 'a last line without line feed, which it drops', text: 'a\n{"half":', lines: ['a'] },
    { name: 'only a line without line feed', text: 'half', lines: [] },
    { name: 'characters of two, three and four bytes', text: 'é\n€\n😀\n', lines: ['é', '€', '😀'] },
  ])('splits $name, wherever the bytes are cut', async ({ text, lines }) => {
    const bytes = encode(text);
    expect(await linesOf([bytes])).toEqual(lines);
    expect(await linesOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(lines);
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        expect(await linesOf(cut(bytes, [first, second]))).toEqual(lines);
      }
    }
  });

  test('gives the same lines for every way of cutting the same bytes', async () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(line), line, fc.array(fc.nat(200)), async (lines, rest, places) => {
        const bytes = encode(lines.map((each) => `${each}\n`).join('') + rest);
        expect(await linesOf(cut(bytes, places))).toEqual(lines.filter((each) => each !== ''));
      }),
      { numRuns: 200 },
    );
  });

  test('reports activity for every chunk, also for one without a whole line', async () => {
    let chunks = 0;
    await linesOf([encode('a'), encode('b\nc'), encode('\n')], () => {
      chunks += 1;
    });
    expect(chunks).toBe(3);
  });

  test('hands out a line as soon as it is whole', async () => {
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Uint8Array, void> {
      yield encode('first\nsec');
      await gate.promise;
      yield encode('ond\n');
    }
    const lines = splitLines(slow());
    expect(await lines.next()).toEqual({ done: false, value: 'first' });
    gate.resolve();
    expect(await lines.next()).toEqual({ done: false, value: 'second' });
  });

  test('closes the stream when its reader stops early', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      try {
        for (;;) {
          yield encode('line\n');
        }
      } finally {
        closed = true;
      }
    }
    for await (const line of splitLines(endless())) {
      expect(line).toBe('line');
      break;
    }
    expect(closed).toBe(true);
  });
});
