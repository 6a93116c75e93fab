import { setTimeout as delay } from 'node:timers/promises';
import { allReady, createApps } from '../apps.ts';
import type { Measurement } from '../measurement.ts';

const OBJECTS = 100;

/** What an operator asks for when nothing happens. A watch lasts for five to ten minutes, so a shorter look is luck. */
export const idle: Measurement = {
  name: 'idle',
  run: async (world, { children, idleMinutes }) => {
    const namespace = await world.namespace();
    const apps = { transport: world.transport, namespace, count: OBJECTS, spec: { children } };
    const process = await world.start({ namespaces: [namespace] });
    await Promise.all([createApps(apps), allReady(apps)]);
    await delay(5_000);
    const before = { mark: world.mark(), cpu: process.cpuSeconds() };
    await delay(idleMinutes * 60_000);
    const requests = world.requestsSince(before.mark).length;
    const kinds = (await process.metric('hearth_cache_objects')).size;
    const cpu = process.cpuSeconds() - before.cpu;
    await process.stop();
    return [
      {
        measure: `Requests per minute and kind over ${idleMinutes} min`,
        objects: OBJECTS,
        value: requests / idleMinutes / kinds,
        unit: '',
        level: 0.2,
      },
      { measure: 'Processor time idle', objects: OBJECTS, value: (cpu * 1000) / (idleMinutes * 60), unit: 'ms/s' },
    ];
  },
};
