import fc from 'fast-check';

/** A value that is right, and once in a while one that looks nearly so. */
function mostly<T>(good: fc.Arbitrary<T>, ...bad: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 40, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...STRANGERS, ...bad) });
}

/** Of another type, empty, or too much. */
const STRANGERS: readonly unknown[] = [null, '', 'UPPER lower', -1, 1.5, 70_000, true, [], {}, { unknown: 1 }];

const word = fc.constantFrom('a', 'ab', 'zone-1', 'x', 'ä', 'a.b/c', '__a__');
const small = fc.integer({ min: -2, max: 12 });
const amount = mostly(
  fc.constantFrom<unknown>('1Gi', '500m', 2, '0', '1e3', '.5', '+1k', '5.'),
  ...['1 Gi', '1gi', 'Gi', '1e', '--1', '1Ki\n', '١'],
);

const part = fc.record(
  {
    name: mostly(word),
    protocol: mostly(fc.constantFrom('TCP', 'UDP'), 'tcp'),
    shape: mostly(word),
    weight: mostly(fc.integer({ min: 0, max: 100 }), 101),
  },
  { requiredKeys: ['name'] },
);

const source = fc.oneof(
  fc.record(
    { type: fc.constant('git'), url: mostly(fc.constant('git://a')), branch: mostly(word) },
    { requiredKeys: ['type', 'url'] },
  ),
  fc.record({ type: fc.constant('archive'), url: mostly(fc.constant('http://a')), digest: mostly(word) }),
  fc.constantFrom<object>({ type: 'none' }),
  mostly(
    fc.constant({ type: 'none' }),
    { type: 'none', url: 'git://a' },
    { type: 'git', url: 'git://a', digest: 'a' },
    { type: 'archive', url: 'abc' },
    { type: 'other' },
    { url: 'abc' },
  ),
);

const range = fc.oneof(
  fc.record({ min: fc.integer({ min: 0, max: 3 }), max: fc.integer({ min: 3, max: 6 }) }, { requiredKeys: [] }),
  fc.record({ low: fc.double({ min: -10, max: 10, noNaN: true }) }),
);

const env = fc.record(
  {
    name: mostly(word),
    value: mostly(word),
    valueFrom: fc.record(
      {
        secretKeyRef: fc.record(
          { name: word, key: mostly(word), optional: fc.boolean() },
          { requiredKeys: ['key', 'name'] },
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['name'] },
);

const toleration = fc.record(
  {
    key: word,
    operator: mostly(fc.constantFrom('Exists', 'Equal'), 'Like'),
    effect: mostly(fc.constantFrom('NoSchedule', 'NoExecute'), 'Never'),
    tolerationSeconds: mostly(fc.integer({ min: 0, max: 60 })),
  },
  { requiredKeys: [] },
);

const amounts = fc.dictionary(fc.constantFrom('cpu', 'memory', 'example.com/gpu'), amount, { maxKeys: 3 });
const resources = fc.record(
  {
    requests: amounts,
    limits: amounts,
    claims: fc.uniqueArray(fc.record({ name: word }), { selector: (c) => c.name }),
  },
  { requiredKeys: [] },
);

const choice = mostly(
  fc.oneof(
    fc.record({ text: fc.string() }),
    fc.record({ number: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  ),
  { text: '', number: 0 },
);

const uuid = mostly(fc.uuid(), '123e4567-e89b-12d3-a456', 'zzze4567-e89b-12d3-a456-426614174000');

/** Specs of a Mosaic: many of them right, the others wrong in one or two places. */
const drawn: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record(
  {
    name: mostly(fc.constantFrom('ab', 'abcdefgh', 'a-1'), 'a', 'abcdefghi', 'aB', 'ümlaut', '1a', 'ab\n'),
    zone: mostly(word),
    size: mostly(fc.constantFrom('small', 'big'), 'Big'),
    level: mostly(fc.constantFrom(1, 2), 3, '1'),
    replicas: mostly(fc.integer({ min: 0, max: 9 }), 10),
    big: mostly(
      fc.integer({ min: -4, max: 4 }).map((n) => n * 5),
      7,
      4_294_967_295,
    ),
    ratio: mostly(fc.constantFrom(0.5, 0.25, 1e-9, 0.999), 0, 1),
    isOn: mostly(fc.boolean(), 'true'),
    note: fc.oneof(mostly(fc.constantFrom('', 'abc', 'äöüßé', '😀😀😀😀😀'), 'abcdef'), fc.constant(null)),
    nick: fc.oneof(mostly(word), fc.constant(null)),
    since: mostly(
      fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z', '2026-01-01T00:00:00+02:00'),
      ...['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2026-01-01 00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01'],
    ),
    day: mostly(fc.constantFrom('2026-01-01', '2024-02-29'), '2026-02-29', '2026-1-1', '2026-01-01T00:00:00Z'),
    id: uuid,
    address: mostly(fc.ipV4(), '1.2.3', '1.2.3.256', '01.2.3.4', '::1'),
    port: mostly(fc.oneof(small, word)),
    amount,
    wait: mostly(fc.constantFrom('5m', '1h30m', '0', '.5s', '1.5h'), '5', '-5m', '5 m', '1d', 'm', '5m\n'),
    labels: fc.dictionary(word, mostly(fc.constantFrom('', 'b', 'abcde'), 'abcdef'), { maxKeys: 2 }),
    limits: fc.dictionary(word, mostly(fc.integer({ min: 1, max: 9 }), 0), { maxKeys: 2 }),
    tags: mostly(fc.uniqueArray(word, { maxLength: 3 }), ['a', 'a'], ['a', 'b', 'c', 'd']),
    parts: mostly(
      fc.uniqueArray(part, { maxLength: 4, selector: ({ name }) => name }),
      [{ name: 'a' }, { name: 'a', protocol: 'TCP' }],
      [{ name: 'a' }, { name: 'a', protocol: 'UDP' }],
    ),
    source,
    choice,
    maybe: mostly(fc.constantFrom({}, { a: 1 }, { 'b-c': 1 }), { a: 1, 'b-c': 1 }),
    range: mostly(range, { min: 1, max: 1 }, { max: 0 }),
    storage: fc.record({ size: amount, class: mostly(word) }, { requiredKeys: [] }),
    extra: fc.oneof(fc.jsonValue({ maxDepth: 2 }).filter((value) => value !== null)),
    loose: mostly(fc.record({ known: word, more: fc.jsonValue({ maxDepth: 1 }) }), { more: 1 }),
    env: fc.uniqueArray(env, { maxLength: 2, selector: ({ name }) => name }),
    tolerations: fc.array(toleration, { maxLength: 2 }),
    resources: mostly(resources),
    tooMany: fc.constant(1),
  },
  { requiredKeys: ['name', 'nick', 'choice'] },
);

/** Left out: now and then one that is needed; nearly always the one that the schema does not know. */
const leftOut = fc.oneof(
  { weight: 20, arbitrary: fc.constant(['tooMany']) },
  { weight: 1, arbitrary: fc.constantFrom([], ['tooMany', 'name'], ['tooMany', 'nick'], ['tooMany', 'choice']) },
);

export const mosaicSpecs: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .tuple(drawn, leftOut)
  .map(([spec, names]) => {
    const left: readonly string[] = names;
    const kept = Object.entries(spec).filter(([name]) => !left.includes(name));
    return JSON.parse(JSON.stringify(Object.fromEntries(kept))); // as a file has it
  });
