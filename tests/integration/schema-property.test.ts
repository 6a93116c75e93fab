import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { completed } from '../../src/cli/validate/defaults.ts';
import type { Problem } from '../../src/cli/validate/problem.ts';
import { validateManifest } from '../../src/cli/validate/validate-manifest.ts';
import { collectionPath, createCrdManifest, type Manifest } from '../../src/framework/framework.ts';
import { parseSpec } from '../../src/framework/schema/parse.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { mosaicDefinition } from '../harness/mosaic-kind.ts';
import { mosaicSpecs } from '../harness/mosaic-samples.ts';
import { useSuite } from '../harness/suite.ts';

/** Set it to see a failed run again. */
const seed = Number(process.env['HEARTH_TEST_SEED'] ?? randomInt(2 ** 31));
const RUNS = Number(process.env['HEARTH_TEST_RUNS'] ?? 300);

const suite = useSuite({ name: 'schema-property', withoutOperator: true });
const { group, version, kind, names } = mosaicDefinition;
const type = { group, version, kind, plural: names.plural, namespaced: true };
const crd = createCrdManifest(mosaicDefinition);
const schema = crd.spec.versions[0].schema.openAPIV3Schema;

type Spec = Readonly<Record<string, unknown>>;
type Mosaic = Manifest & { readonly spec: Spec };
type Answer = { readonly accepted: boolean; readonly message: string; readonly spec: Spec | undefined };

const mosaic = (spec: Spec): Mosaic => ({
  apiVersion: `${group}/${version}`,
  kind,
  metadata: { name: 'mosaic' },
  spec,
});

/** What the server says to a new object, or to a change of one. */
async function serverSays(object: Mosaic, method: 'POST' | 'PUT' = 'POST'): Promise<Answer> {
  const { namespace, testenv } = suite();
  const collection = collectionPath(type, namespace);
  const path = method === 'PUT' ? `${collection}/${object.metadata.name}` : collection;
  const { status, body } = await testenv.request({
    method,
    path: `${path}?dryRun=All&fieldValidation=Strict`,
    body: { ...object, metadata: { ...object.metadata, namespace } },
  });
  const { message = '', spec } = body as { message?: string; spec?: Spec };
  return { accepted: status === 201 || status === 200, message, spec };
}

/** What Zod says to the very object that the server makes of another one, which is what a reconcile sees. */
function zodSays(spec: unknown) {
  const result = parseSpec(mosaicDefinition.spec, spec);
  return result.ok ? { spec: result.value } : { refusal: result.message };
}

const SMALLEST: Spec = { name: 'ab', nick: null, choice: { text: '' } };

/** What was found once, and is rare. */
const FOUND: readonly Spec[] = [{ level: 1.5 }, { address: '01.2.3.4' }, { size: 'big', replicas: 0 }];

beforeAll(async () => {
  process.stdout.write(`schema: HEARTH_TEST_SEED=${seed}\n`);
  await suite().apply(crd);
  await suite().kubectl('wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s');
  const smallest = mosaic(SMALLEST);
  await eventually('it is served', async () => (await serverSays(smallest)).accepted);
});

/** What Zod has no word for, and the server refuses: rules, doubles, fields that nobody knows. */
function isBeyondZod({ by, message }: { readonly by: string; readonly message: string }): boolean {
  return by === 'rule' || /twice$|is not a field of this kind/.test(message);
}

const differs = (what: string, one: unknown, other: unknown) =>
  isDeepStrictEqual(one, other) ? [] : [`${what}: ${JSON.stringify(one)} is not ${JSON.stringify(other)}`];

/** The server takes a list for a text that has a format; the webhook and the operator do not. */
function hasListForText({ spec }: Mosaic): boolean {
  const fields = Object.entries(schema.properties?.['spec']?.properties ?? {});
  return fields.some(([name, { format, type: expected }]) => {
    return expected === 'string' && format !== undefined && Array.isArray(spec[name]);
  });
}

/** What the offline check and Zod get wrong about an object that the server takes, and completes so. */
function aboutAccepted({ object, problems }: Judged, stored: unknown): string[] {
  if (hasListForText(object)) {
    return problems.length === 1 && problems[0]?.by === 'kind' ? [] : ['the kind takes a list for a text'];
  }
  const whole = completed(schema, object) as Mosaic;
  const raw = zodSays(object.spec);
  return [
    ...problems.map(({ field, message }) => `the server takes it, offline: ${field} ${message}`),
    ...differs('the defaults offline', whole.spec, stored),
    ...differs('what Zod makes of what is stored', zodSays(stored), { spec: stored }),
    ...differs('what Zod itself makes of it', raw.spec ?? stored, stored),
  ];
}

/** What they get wrong about an object that the server refuses. */
function aboutRefused({ object, problems, unchecked }: Judged, message: string): string[] {
  const { refusal } = zodSays((completed(schema, object) as Mosaic).spec);
  const isByFormat = unchecked.length > 0 && unchecked.every((what) => what.startsWith('the format'));
  const isForZod = problems.length === 0 ? isByFormat : !problems.every(isBeyondZod);
  return [
    ...(problems.length + unchecked.length === 0 ? [`offline takes what the server refuses: ${message}`] : []),
    ...(isForZod && refusal === undefined ? [`Zod takes what the server refuses: ${message}`] : []),
  ];
}

type Judged = { readonly object: Mosaic; readonly problems: readonly Problem[]; readonly unchecked: readonly string[] };

async function judged(object: Mosaic): Promise<Judged> {
  const { problems = [], unchecked = [] } = (await validateManifest([mosaicDefinition], object)) ?? {};
  return { object, problems, unchecked };
}

test('the API server, the rules offline and Zod say the same of any object', async () => {
  const counts = { accepted: 0, refused: 0 };
  const property = fc.asyncProperty(mosaicSpecs, async (spec) => {
    const object = await judged(mosaic(spec));
    const { accepted, message, spec: stored } = await serverSays(object.object);
    counts[accepted ? 'accepted' : 'refused'] += 1;
    expect(accepted ? aboutAccepted(object, stored) : aboutRefused(object, message)).toEqual([]);
  });
  await fc.assert(property, { seed, numRuns: RUNS, examples: FOUND.map((each) => [{ ...SMALLEST, ...each }]) });
  expect(counts.accepted).toBeGreaterThan(RUNS / 10);
  expect(counts.refused).toBeGreaterThan(RUNS / 10);
});

/** What an object has before a change: the names of the whole and the shapes of parts cannot be changed. */
const before = {
  ...mosaic({
    name: 'ab',
    zone: 'a',
    nick: 'kubectl drops null',
    choice: { text: '' },
    parts: [
      { name: 'a', shape: 'a' },
      { name: 'ab', protocol: 'UDP', shape: 'x' },
    ],
  }),
  metadata: { name: 'before' },
};

type Part = { readonly name: string; readonly protocol?: string; readonly shape?: string };

/** Whether fields that are said to be immutable, and were set, are set to something else or left out. */
function changesForever({ spec }: Mosaic): boolean {
  const keyOf = ({ name, protocol }: Part) => `${name} ${protocol ?? 'TCP'}`;
  const partsOf = (each: Spec) => (Array.isArray(each['parts']) ? each['parts'] : []) as readonly Part[];
  const earlier = new Map(partsOf(before.spec).map((part) => [keyOf(part), part.shape]));
  const differ = (was: unknown, is: unknown) => was !== undefined && was !== (is ?? undefined);
  return (
    differ(before.spec['name'], spec['name']) ||
    differ(before.spec['zone'], spec['zone']) ||
    partsOf(spec).some((part) => differ(earlier.get(keyOf(part)), part.shape))
  );
}

/** Specs that mostly leave alone what cannot be changed. */
const changes = fc
  .tuple(mosaicSpecs, fc.constantFrom({}, { name: 'ab' }), fc.constantFrom({}, { zone: 'a' }))
  .map(([spec, name, zone]) => mosaic({ ...spec, ...name, ...zone }));

test('a change is taken exactly when the new object would be, and nothing immutable is another', async () => {
  await suite().apply(before);
  const { body } = await suite().testenv.request({
    path: `${collectionPath(type, suite().namespace)}/${before.metadata.name}`,
  });
  const { resourceVersion = '' } = (body as Manifest).metadata as { resourceVersion?: string };
  const counts = { accepted: 0, refused: 0, immutable: 0 };
  const property = fc.asyncProperty(changes, async (object) => {
    const isNew = (await serverSays(object)).accepted;
    const metadata = { ...before.metadata, resourceVersion };
    const { accepted, message } = await serverSays({ ...object, metadata }, 'PUT');
    expect(accepted, message).toBe(isNew && !changesForever(object));
    const asNew = isNew ? 'immutable' : 'refused';
    counts[accepted ? 'accepted' : asNew] += 1;
  });
  await fc.assert(property, { seed, numRuns: RUNS / 2 });
  expect(Math.min(...Object.values(counts)), JSON.stringify(counts)).toBeGreaterThan(RUNS / 60);
});
