import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventually } from '../../../testenv/src/wait.ts';
import { everythingOn, usePostgres, whoAmI } from '../../../tests/harness/postgres-server.ts';
import { conditionOf, type SeenObject, type Suite, useSuite } from '../../../tests/harness/suite.ts';
import { connectionTo } from '../postgres-connection/testing/connections.ts';
import { postgresDatabase } from './testing/databases.ts';

const COUNT = 50;
const KILLS = 10;
/** This many are applied before each kill, so that every kill finds the operator at work. */
const WAVE = COUNT / KILLS;

/** Set it to see a failed run again. */
const seed = Number(process.env['HEARTH_TEST_SEED'] ?? randomInt(2 ** 31));

const suite = useSuite({ name: 'crash', withoutOperator: true });
const postgres = usePostgres();

const names = Array.from({ length: COUNT }, (_, index) => `db-${index}`);

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function* randomNumbers(start: number): Generator<number, never> {
  let state = start;
  for (;;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Objects in the suite's namespace, asked for directly: a kill shall follow at once on what was seen. */
async function list(current: Suite, path: string): Promise<SeenObject[]> {
  const namespaced = path.replace('*', `namespaces/${current.namespace}`);
  const { body } = await current.testenv.request({ method: 'GET', path: namespaced });
  return (body as { items: SeenObject[] }).items;
}

const secretsOf = (current: Suite) => list(current, '/api/v1/*/secrets');

/** Remembers the password in every Secret of a database. @throws when one is not what it was when first seen. */
async function comparePasswords(current: Suite, seen: Map<string, string>): Promise<void> {
  for (const { metadata, data } of await secretsOf(current)) {
    const password = data?.['password'];
    if (password !== undefined) {
      expect(seen.get(metadata.name) ?? password, `password in ${metadata.name}`).toBe(password);
      seen.set(metadata.name, password);
    }
  }
}

/** What can be counted while databases are being made: each grows at another moment of the work on one. */
const counters: Readonly<Record<string, (current: Suite) => Promise<number>>> = {
  Secrets: async (current) => (await secretsOf(current)).length,
  roles: async () => (await everythingOn(postgres())).roles.length,
  databases: async () => (await everythingOn(postgres())).databases.length,
  'Ready objects': async (current) => {
    const objects = await list(current, '/apis/homelab.mortenolsen.pro/v1/*/postgresdatabases');
    return objects.filter((object) => conditionOf(object, 'Ready')?.status === 'True').length;
  },
};

/** Lets the operator work until one of the counts, drawn by lot, has grown by one or more, and kills it then. */
async function workAndDie(current: Suite, random: Iterator<number, never>): Promise<string> {
  const draw = (below: number) => Math.floor(random.next().value * below);
  const [what, count] = Object.entries(counters)[draw(4)] ?? ['', async () => 0];
  const wanted = (await count(current)) + 1 + draw(WAVE - 1);
  // Two at a time makes the work long enough to be cut everywhere.
  const operator = await current.startOperator({ env: { HEARTH_CONCURRENCY: '2' } });
  await eventually(`${wanted} ${what}`, async () => (await count(current)) >= wanted, { intervalMs: 1 });
  await operator.kill();
  return `${wanted} ${what}`;
}

test(`an operator killed ${KILLS} times while it makes ${COUNT} databases ends with ${COUNT} working logins and no orphan`, async () => {
  const current = suite();
  const random = randomNumbers(seed);
  await current.apply(...connectionTo(postgres()));
  const seen = new Map<string, string>();
  const kills: string[] = [];
  for (let wave = 0; wave < KILLS; wave += 1) {
    const wanted = names.slice(wave * WAVE, (wave + 1) * WAVE);
    await current.apply(...wanted.map((name) => postgresDatabase(name, { connection: 'db', schemas: ['app'] })));
    kills.push(await workAndDie(current, random));
    await comparePasswords(current, seen);
  }
  process.stdout.write(`crash test: HEARTH_TEST_SEED=${seed}, killed at ${kills.join(', ')}\n`);

  await current.startOperator();
  await eventually('every database is Ready', () => counters['Ready objects']?.(current), {
    timeoutMs: 60_000,
    until: (ready) => ready === COUNT,
  });
  await comparePasswords(current, seen);
  const logins = names.map(async (name) => {
    const { url = '' } = await current.secret(`postgres-database-${name}`);
    return (await whoAmI(url)).database;
  });
  const own = names.map((name) => `${current.namespace}_${name}`.replaceAll('-', '_')).sort();
  expect((await Promise.all(logins)).sort()).toEqual(own);
  expect(await everythingOn(postgres())).toEqual({ roles: own, databases: own });
  const secrets = ['db-login', ...names.map((name) => `postgres-database-${name}`)].sort();
  expect((await secretsOf(current)).map(({ metadata }) => metadata.name).sort()).toEqual(secrets);
}, 300_000);
