import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../testenv/src/wait.ts';
import { type Apps, allReady, createApps, nameOf, stampApp } from '../apps.ts';
import { type Measurement, type Options, quantile, type Row } from '../measurement.ts';
import { type OperatorProcess, sum } from '../operator-process.ts';
import type { World } from '../world.ts';

const SAMPLES = 200;
const GAP_MS = 20;

/** How long a run of the resync waits for something outside: so it lasts long enough to be measured in. */
const WORK_MS = 10;

/** From the bytes of an event on the socket to the start of the run that it asks for. */
export const latency: Measurement = {
  name: 'latency',
  run: async (world, options) => [...(await whileIdle(world)), ...(await whileBusy(world, options))],
};

/** Collects what the operator tells of stamps. */
class Waits {
  readonly byStamp = new Map<string, number>();

  readonly onLine = (line: string): void => {
    const { stamp, waitedMs } = JSON.parse(line) as { stamp: string; waitedMs: number };
    this.byStamp.set(stamp, waitedMs);
  };

  rows(label: string, objects: number): Row[] {
    const waits = [...this.byStamp.values()];
    return [
      { measure: `Event to run, ${label}, median`, objects, value: quantile(waits, 0.5), unit: 'ms' },
      {
        measure: `Event to run, ${label}, p99`,
        objects,
        value: quantile(waits, 0.99),
        unit: 'ms',
        ...(label === 'idle' ? { level: 20 } : {}),
      },
    ];
  }
}

function start(world: World, namespace: string, waits: Waits): Promise<OperatorProcess> {
  return world.start({ namespaces: [namespace], env: { HEARTH_BENCH_STAMPS: '1' }, onLine: waits.onLine });
}

async function whileIdle(world: World): Promise<Row[]> {
  const waits = new Waits();
  const apps = { transport: world.transport, namespace: await world.namespace(), count: 20, spec: { children: 2 } };
  const process = await start(world, apps.namespace, waits);
  await Promise.all([createApps(apps), allReady(apps)]);
  await delay(1_000);
  for (let index = 0; index < SAMPLES; index += 1) {
    await stampApp(apps, nameOf(index % apps.count), `idle-${index}`);
    await delay(GAP_MS);
  }
  await eventually('every change started a run', () => waits.byStamp.size, { until: (size) => size >= SAMPLES });
  await process.stop();
  return waits.rows('idle', apps.count);
}

/** A restart looks at every object; what somebody changes meanwhile must not wait for all of them. */
async function whileBusy(world: World, { resync: count }: Options): Promise<Row[]> {
  const namespace = await world.namespace();
  const apps = { transport: world.transport, namespace, count, spec: { children: 0, workMs: WORK_MS } };
  const first = await start(world, namespace, new Waits());
  await Promise.all([createApps(apps), allReady(apps)]);
  await first.stop();
  const waits = new Waits();
  const process = await start(world, namespace, waits);
  const sent = await stampWhileBusy(process, apps);
  await eventually('every change started a run', () => waits.byStamp.size, {
    timeoutMs: 120_000,
    until: (size) => size >= sent,
  });
  await process.stop();
  return [
    { measure: 'Changes made while all objects are looked at', objects: count, value: sent, unit: '' },
    ...waits.rows('during a resync', count),
  ];
}

async function stampWhileBusy(process: OperatorProcess, apps: Apps): Promise<number> {
  let sent = 0;
  while (sent < SAMPLES && sum(await process.metric('workqueue_depth'), 'controller="App"') > 0) {
    for (let index = 0; index < 4; index += 1) {
      await stampApp(apps, nameOf((sent * 37) % apps.count), `busy-${sent}`);
      sent += 1;
    }
    await delay(GAP_MS);
  }
  return sent;
}
