import { setTimeout as delay } from 'node:timers/promises';
import { type Measurement, quantile } from '../measurement.ts';
import type { World } from '../world.ts';

const STARTS = 5;
const SETTLE_MS = 10_000;

/** The bundle of the image, with the kinds that it ships and nothing to do. */
export const startUp: Measurement = {
  name: 'start-up',
  run: async (world) => {
    const starts: { synced: number; memory: number }[] = [];
    for (let index = 0; index < STARTS; index += 1) {
      starts.push(await start(world, index === STARTS - 1 ? SETTLE_MS : 1_000));
    }
    const synced = quantile(
      starts.map((each) => each.synced),
      0.5,
    );
    const last = starts.at(-1);
    return [
      { measure: 'Start to synced', value: synced / 1000, unit: 's', level: 2 },
      { measure: 'Memory idle', value: last?.memory ?? Number.NaN, unit: 'MB', level: 90 },
    ];
  },
};

async function start(world: World, settleMs: number): Promise<{ synced: number; memory: number }> {
  const process = await world.start({ namespaces: [] }, 'hearth');
  await delay(settleMs);
  const { now } = process.memory();
  await process.stop();
  return { synced: process.syncedMs, memory: now };
}
