import { setTimeout as delay } from 'node:timers/promises';
import { allReady } from '../../../bench/apps.ts';
import { type Measurement, type Row, timed } from '../../../bench/measurement.ts';
import type { OperatorProcess } from '../../../bench/operator-process.ts';
import type { World } from '../../../bench/world.ts';
import { writeVerbs } from '../../../testenv/src/audit.ts';
import { eventually } from '../../../testenv/src/wait.ts';
import { CONVEX, type Convexes, createConvexes, sendConvexes } from './testing/bare-client.ts';

const objects = 100;

/** How long after the last instance is Ready writes are counted that nobody needs. */
const AFTERWARDS_MS = 15_000;

/** What the original operator took for the same on another machine. */
const ORIGINAL_SECONDS = 15.3;

/** ConvexInstances, a real kind with nine children each, from nothing to Ready; then silence, then a restart. */
export const bench: Measurement = {
  name: 'convex',
  run: async (world) => {
    const transport = world.transport;
    const bareMs = await timed(async () => {
      await sendConvexes({ transport, namespace: await world.namespace(), count: objects });
    });
    const all = { transport, namespace: await world.namespace(), count: objects };
    const process = await world.start({ namespaces: [all.namespace] });
    const rows = [...(await convergence(world, all, bareMs)), ...(await silence(world, process))];
    await process.stop();
    return [...rows, ...(await restart(world, all))];
  },
};

async function convergence(world: World, all: Convexes, bareMs: number): Promise<Row[]> {
  const mark = world.mark();
  const tookMs = await timed(async () => await Promise.all([createConvexes(all), allReady(all, CONVEX)]));
  // What the process asks once, watches and what kinds there are, is no instance's.
  const own = world.requestsSince(mark).filter(({ verb, resource }) => verb !== 'watch' && resource !== '');
  const requests = own.length;
  return [
    { measure: 'ConvexInstances: all Ready', objects, value: tookMs / 1000, unit: 's', level: ORIGINAL_SECONDS },
    { measure: 'A bare client sends the same', objects, value: bareMs / 1000, unit: 's' },
    { measure: 'ConvexInstances: requests for each', objects, value: requests / objects, unit: '', level: 12 },
  ];
}

async function silence(world: World, process: OperatorProcess): Promise<Row[]> {
  await delay(1_000); // the echoes of the last writes
  const mark = world.mark();
  await delay(AFTERWARDS_MS);
  const { now, peak } = process.memory();
  const writes = world.requestsSince(mark, writeVerbs).length;
  return [
    { measure: 'ConvexInstances: writes in the 15 s after', objects, value: writes, unit: '', level: 0 },
    { measure: 'ConvexInstances: memory at its peak', objects, value: peak, unit: 'MB' },
    { measure: 'ConvexInstances: memory settled', objects, value: now, unit: 'MB', level: 90 },
  ];
}

async function restart(world: World, { namespace }: Convexes): Promise<Row[]> {
  const mark = world.mark();
  const process = await world.start({ namespaces: [namespace] });
  const lookedAtAll = { timeoutMs: 600_000, until: (runs: number) => runs >= objects };
  await eventually('every instance had a run', () => process.runsOf('ConvexInstance'), lookedAtAll);
  await delay(1_000);
  const writes = world.requestsSince(mark, writeVerbs).length;
  await process.stop();
  return [{ measure: 'ConvexInstances: writes at a restart', objects, value: writes, unit: '', level: 0 }];
}
