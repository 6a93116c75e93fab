import { kindParts } from '../tests/harness/kind-part.ts';
import { load, machine } from './machine.ts';
import type { Measurement, Options, Row } from './measurement.ts';
import { converge } from './measurements/converge.ts';
import { failOver } from './measurements/fail-over.ts';
import { idle } from './measurements/idle.ts';
import { latency } from './measurements/latency.ts';
import { startUp } from './measurements/start-up.ts';
import { readOptions } from './options.ts';
import { writePage } from './page.ts';
import { tableOf } from './table.ts';
import { World } from './world.ts';

/** Measures the operator as it is shipped, on a control plane of its own: `npm run bench -- --objects 100 --only latency`. */
const ofKinds = await kindParts<Measurement>('bench');
const MEASUREMENTS = [startUp, converge, ...ofKinds, latency, failOver, idle];

const options = readOptions(
  process.argv.slice(2),
  MEASUREMENTS.map(({ name }) => name),
);
const before = load();
const rows = await measureAll(options);
const date = new Date().toISOString().slice(0, 10);
const report = [
  `${date}, on ${machine()}; load ${before} before and ${load()} after; etcd without fsync.`,
  tableOf(rows),
].join('\n\n');
process.stdout.write(`${report}\n`);
if (options.write) {
  await writePage(report);
}

/** One that fails is told of and left out: the others have taken long. */
async function measureAll(wanted: Options): Promise<Row[]> {
  const world = await World.create();
  const rows: Row[] = [];
  try {
    for (const { name, run } of MEASUREMENTS.filter((each) => isWanted(each, wanted))) {
      process.stderr.write(`bench: ${name}\n`);
      rows.push(...(await run(world, wanted).catch((error: unknown) => failed(name, error))));
      await world.killOperators();
    }
  } finally {
    await world.stop();
  }
  return rows;
}

function isWanted({ name }: Measurement, { only }: Options): boolean {
  return only.length === 0 || only.includes(name);
}

function failed(name: string, error: unknown): Row[] {
  process.stderr.write(`bench: ${name} failed: ${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
  return [];
}
