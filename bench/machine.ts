import { cpus, loadavg, totalmem } from 'node:os';

/** What the numbers were measured on, and how busy it was: one line for the start and the end of a run. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} × ${cpu?.model.trim() ?? 'processor'}, ${memory} GiB, Node ${process.versions.node}`;
}

/** The load averages of the last 1, 5 and 15 minutes. */
export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(1))
    .join(' ');
}
