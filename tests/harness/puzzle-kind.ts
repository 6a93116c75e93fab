import { z } from 'zod';
import {
  CustomResource,
  createCustomResourceDefinition,
  exactlyOneOf,
  immutable,
  intOrString,
  listMap,
  rule,
} from '../../src/framework/framework.ts';

const rangeSchema = rule(
  z.object({ min: z.int().min(0).max(100), max: z.int().optional().describe('At least the smallest.') }),
  { rule: '!has(self.max) || self.min + 1 <= self.max', message: 'max must be greater than min' },
);

const choiceSchema = exactlyOneOf(z.object({ text: z.string().optional(), number: z.number().optional() }), [
  'text',
  'number',
]);

const specSchema = z.object({
  name: immutable(
    z
      .string()
      .min(2)
      .max(8)
      .regex(/^[a-z]+$/),
  ),
  range: rangeSchema,
  choice: choiceSchema.optional(),
  port: intOrString().optional(),
  labels: z.record(z.string(), z.string().max(10)).optional(),
  since: z.string().meta({ format: 'date-time' }).optional(),
  letters: rule(z.array(z.string()).max(5), {
    rule: "self.all(letter, letter.startsWith('a')) && size(self) != 4",
    message: 'every letter begins with an a, and there are not four',
  }).optional(),
  parts: listMap(z.array(z.object({ name: z.string(), namespace: z.string().default('x') })), ['name']).optional(),
  maybe: z.string().nullable().optional(),
  size: z.enum(['small', 'big']).default('small'),
  url: rule(z.string().max(50), { rule: 'isURL(self)', message: 'must be a URL' }).optional(),
});

class PuzzleResource extends CustomResource<typeof specSchema> {
  reconcile = async (): Promise<void> => undefined;
}

/** Puzzle: a kind with a little of everything that a schema and its rules can say. */
export const puzzleDefinition = createCustomResourceDefinition({
  group: 'tests.hearth.internal',
  version: 'v1',
  kind: 'Puzzle',
  names: { plural: 'puzzles', singular: 'puzzle' },
  spec: specSchema,
  create: (options) => new PuzzleResource(options),
});

export const puzzle = {
  apiVersion: 'tests.hearth.internal/v1',
  kind: 'Puzzle',
  metadata: { name: 'puzzle' },
  spec: {
    name: 'puzzle',
    range: { min: 1, max: 2 },
    choice: { text: 'a' },
    port: 'http',
    labels: { a: 'b' },
    since: '2026-01-01T00:00:00Z',
    letters: ['a', 'ab'],
    parts: [{ name: 'one' }, { name: 'two', namespace: 'y' }],
    maybe: null,
    size: 'big',
    url: 'https://example.com',
  },
};

/** What no single change of the one above comes to. */
export const PUZZLES: readonly object[] = [
  { range: { min: 2, max: 2 } },
  { range: { min: 101 } },
  { choice: { text: 'a', number: 1 } },
  { choice: { number: 1 } },
  { port: 8080 },
  { labels: { a: 'longer than ten' } },
  { since: '2026-13-01T00:00:00Z' },
  { since: '2026-02-30T00:00:00Z' },
  { since: '2026-01-01 00:00:00Z' },
  { since: '2026-01-01T00:00:00+02:00' },
  { letters: ['a', 'b'] },
  { letters: ['a', 'aa', 'ab', 'ac'] },
  { letters: ['a', 'aa', 'ab', 'ac', 'ad', 'ae'] },
  { parts: [{ name: 'one' }, { name: 'one', namespace: 'y' }] },
  { name: 'ümlaut' },
  { name: 'toolongname' },
  { range: { min: 1, max: 9_007_199_254_740_991 } },
];
