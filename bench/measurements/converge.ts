import { setTimeout as delay } from 'node:timers/promises';
import { writeVerbs } from '../../testenv/src/audit.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { type Apps, allReady, createApps, sendAll } from '../apps.ts';
import { type Measurement, type Options, type Row, timed } from '../measurement.ts';
import { type OperatorProcess, sum } from '../operator-process.ts';
import type { Stalls } from '../stall-log.ts';
import type { World } from '../world.ts';

/** How long after the last object is Ready writes are counted that nobody needs. */
const AFTERWARDS_MS = 15_000;

const BASE_MB = 90;
const PER_OBJECT_MB = 4 / 1024;

/** How often the bare client and the operator take turns: a shared machine is now faster and now slower. */
const ROUNDS = 3;

/** N objects with children from nothing to Ready, then silence, then a restart with nothing changed. */
export const converge: Measurement = {
  name: 'converge',
  run: async (world, options) => {
    const rows: Row[] = [];
    for (const count of options.objects) {
      rows.push(...(await measure(world, count, options)));
    }
    return rows;
  },
};

/** The bare client and the operator, once each. */
type Round = {
  readonly bareMs: number;
  readonly tookMs: number;
  readonly apps: Apps;
  /** The operator, which goes on. */
  readonly process: OperatorProcess;
  readonly rows: readonly Row[];
};

async function measure(world: World, count: number, options: Options): Promise<Row[]> {
  let last = await round(world, count, options);
  const rounds = [last];
  while (rounds.length < ROUNDS) {
    await last.process.stop();
    last = await round(world, count, options);
    rounds.push(last);
  }
  const { apps, process, rows } = last;
  const ending = await silence(world, process, apps);
  await process.stop();
  return [...paceRows(count, rounds), ...rows, ...ending, ...(await restart(world, apps))];
}

function paceRows(objects: number, rounds: readonly Round[]): Row[] {
  const mean = (of: (round: Round) => number) => rounds.reduce((total, each) => total + of(each), 0) / rounds.length;
  const tookMs = mean((each) => each.tookMs);
  const bareMs = mean((each) => each.bareMs);
  return [
    { measure: 'All Ready', objects, value: tookMs / 1000, unit: 's' },
    { measure: 'A bare client sends the same', objects, value: bareMs / 1000, unit: 's' },
    { measure: 'Operator to bare client', objects, value: tookMs / bareMs, unit: '', level: 1.3 },
  ];
}

async function round(world: World, count: number, { children }: Options): Promise<Round> {
  const apps = async () => {
    return { transport: world.transport, namespace: await world.namespace(), count, spec: { children } };
  };
  const bareMs = await bareClient(world, await apps());
  return { bareMs, ...(await operator(world, await apps())) };
}

/** Whoever waits for the objects to be Ready takes as much of the machine here as with the operator. */
async function bareClient(world: World, apps: Apps): Promise<number> {
  return await timed(async () => await Promise.all([sendAll(apps, world.asOperator), allReady(apps)]));
}

async function operator(world: World, apps: Apps): Promise<Omit<Round, 'bareMs'>> {
  const { count: objects, spec, namespace } = apps;
  const process = await world.start({ namespaces: [namespace] });
  await delay(3_000);
  const idle = process.memory().now;
  process.stalls.longest(); // those of the start are none of these objects'
  const before = { mark: world.mark(), cpu: process.cpuSeconds(), waited: process.waitedSeconds() };
  const tookMs = await timed(async () => await Promise.all([createApps(apps), allReady(apps)]));
  const cpu = process.cpuSeconds() - before.cpu;
  const waited = process.waitedSeconds() - before.waited;
  const stalls = process.stalls.longest();
  const requests = world.requestsSince(before.mark).filter(({ verb }) => verb !== 'watch').length;
  const perObject = `Requests per object with ${spec.children} children`;
  const rows = [
    { measure: 'Memory before there are objects', objects, value: idle, unit: 'MB', level: BASE_MB },
    { measure: perObject, objects, value: requests / objects, unit: '', level: spec.children + 2 },
    { measure: 'Processor time', objects, value: cpu, unit: 's' },
    ...stallRows('', objects, stalls),
    { measure: 'Its main thread waited for a processor', objects, value: waited, unit: 's' },
  ];
  return { apps, process, tookMs, rows };
}

function stallRows(prefix: '' | 'Restart: ', objects: number, { longestMs, computedMs }: Stalls): Row[] {
  const longest = prefix === '' ? 'Longest' : `${prefix}longest`;
  return [
    {
      measure: `${longest} computation in one turn of the event loop`,
      objects,
      value: computedMs,
      unit: 'ms',
      level: 50,
    },
    { measure: `${longest} stall, waiting for processors included`, objects, value: longestMs, unit: 'ms' },
  ];
}

async function silence(world: World, process: OperatorProcess, { count: objects }: Apps): Promise<Row[]> {
  await delay(1_000); // the echoes of the last writes
  const mark = world.mark();
  await delay(AFTERWARDS_MS);
  const { now, peak } = process.memory();
  const cached = sum(await process.metric('hearth_cache_objects'));
  const writes = world.requestsSince(mark, writeVerbs).length;
  return [
    { measure: 'Writes in the 15 s after', objects, value: writes, unit: '', level: 0 },
    { measure: 'Memory at its peak', objects, value: peak, unit: 'MB' },
    { measure: 'Memory settled', objects, value: now, unit: 'MB', level: BASE_MB + cached * PER_OBJECT_MB },
  ];
}

async function restart(world: World, { namespace, count: objects }: Apps): Promise<Row[]> {
  const mark = world.mark();
  const process = await world.start({ namespaces: [namespace] });
  const lookedAtAll = { timeoutMs: 600_000, until: (runs: number) => runs >= objects };
  await eventually('every object had a run', () => process.runsOf('App'), lookedAtAll);
  await delay(1_000);
  const writes = world.requestsSince(mark, writeVerbs).length;
  const { peak } = process.memory();
  const stalls = process.stalls.longest();
  await process.stop();
  return [
    { measure: 'Restart: writes', objects, value: writes, unit: '', level: 0 },
    { measure: 'Restart: start to synced', objects, value: process.syncedMs / 1000, unit: 's', level: 2 },
    { measure: 'Restart: memory at its peak', objects, value: peak, unit: 'MB' },
    ...stallRows('Restart: ', objects, stalls),
  ];
}
