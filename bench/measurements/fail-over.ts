import { setTimeout as delay } from 'node:timers/promises';
import { allReady, createApps } from '../apps.ts';
import type { Measurement, Row } from '../measurement.ts';
import type { World } from '../world.ts';

/** As long as the Deployment has it. */
const LEASE_SECONDS = 15;

/** From the end of the replica that works to an object that the other one has brought to Ready. */
export const failOver: Measurement = {
  name: 'fail-over',
  run: async (world) => [
    await take(world, 'stop', 'The replica that works is stopped: next Ready'),
    await take(world, 'kill', `It is killed, with a Lease of ${LEASE_SECONDS} s: next Ready`),
  ],
};

async function take(world: World, end: 'stop' | 'kill', measure: string): Promise<Row> {
  const namespace = await world.namespace();
  const apps = { transport: world.transport, namespace, count: 1, spec: { children: 2 } };
  const env = { POD_NAMESPACE: 'hearth-system', HEARTH_LEASE_SECONDS: String(LEASE_SECONDS) };
  const first = await world.start({ namespaces: [namespace], env: { ...env, POD_NAME: 'first' } });
  await delay(3_000); // it holds the Lease
  const second = await world.start({ namespaces: [namespace], env: { ...env, POD_NAME: 'second' } });
  const started = performance.now();
  await first[end]();
  await createApps(apps);
  await allReady(apps);
  const tookMs = performance.now() - started;
  await second.stop();
  return { measure, value: tookMs / 1000, unit: 's' };
}
