import { setTimeout as delay } from 'node:timers/promises';
import { writeVerbs } from '../../testenv/src/audit.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { type Apps, allReady, createApps, sendAll } from '../apps.ts';
import type { Measurement, Options, Row } from '../measurement.ts';
import { type OperatorProcess, sum } from '../operator-process.ts';
import type { Stalls } from '../stall-log.ts';
import type { World } from '../world.ts';

/** How long after the last object is Ready writes are counted that nobody needs. */
const AFTERWARDS_MS = 15_000;

const BASE_MB = 90;
const PER_OBJECT_MB = 4 / 1024;

/** N objects with children from nothing to Ready, then silence, then a restart with nothing changed. */
export const converge: Measurement = {
  name: 'converge',
  run: async (world, options) => {
    const rows: Row[] = [];
    for (const count of options.objects) {
      rows.push(...(await operator(world, count, options)));
    }
    return rows;
  },
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** A shared machine is now faster and now slower, so the bare client goes before the operator and after it. */
async function bareClient(world: World, apps: Apps): Promise<number> {
  const namespace = await world.namespace();
  return await timed(() => sendAll({ ...apps, namespace }, world.asOperator));
}

async function operator(world: World, count: number, { children }: Options): Promise<Row[]> {
  const namespace = await world.namespace();
  const apps = { transport: world.transport, namespace, count, spec: { children } };
  const bareMs = await bareClient(world, apps);
  const process = await world.start({ namespaces: [namespace] });
  await delay(3_000);
  const idle = process.memory().now;
  const rows = [
    { measure: 'Memory before there are objects', objects: count, value: idle, unit: 'MB', level: BASE_MB },
    ...(await convergence(world, process, { apps, bareMs })),
    ...(await silence(world, process, apps)),
  ];
  await process.stop();
  return [...rows, ...(await restart(world, apps))];
}

async function convergence(
  world: World,
  process: OperatorProcess,
  { apps, bareMs: bareBeforeMs }: { apps: Apps; bareMs: number },
): Promise<Row[]> {
  const { count: objects, spec } = apps;
  process.stalls.longest(); // those of the start are none of these objects'
  const before = { mark: world.mark(), cpu: process.cpuSeconds(), waited: process.waitedSeconds() };
  const tookMs = await timed(async () => await Promise.all([createApps(apps), allReady(apps)]));
  const stalls = process.stalls.longest();
  const requests = world.requestsSince(before.mark).filter(({ verb }) => verb !== 'watch').length;
  const cpu = process.cpuSeconds() - before.cpu;
  const waited = process.waitedSeconds() - before.waited;
  const bareMs = (bareBeforeMs + (await bareClient(world, apps))) / 2;
  return [
    { measure: 'All Ready', objects, value: tookMs / 1000, unit: 's' },
    { measure: 'A bare client sends the same', objects, value: bareMs / 1000, unit: 's' },
    { measure: 'Operator to bare client', objects, value: tookMs / bareMs, unit: '', level: 1.3 },
    {
      measure: `Requests per object with ${spec.children} children`,
      objects,
      value: requests / objects,
      unit: '',
      level: spec.children + 2,
    },
    { measure: 'Processor time', objects, value: cpu, unit: 's' },
    ...stallRows('', objects, stalls),
    { measure: 'Its main thread waited for a processor', objects, value: waited, unit: 's' },
  ];
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
