import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ARTIFACTS = join(import.meta.dirname, '../../artifacts');
const LINES = join(ARTIFACTS, 'faults.jsonl');
const TABLE = join(ARTIFACTS, 'faults.md');

/** How Hearth came through one fault. */
export type FaultResult = {
  readonly fault: string;
  /** How many objects of Hearth's kinds there were at the end, old ones too. */
  readonly objects: number;
  /** From the end of the fault until everything was as it should be. */
  readonly convergedAfterMs: number;
};

/** Forgets the results of earlier runs. */
export function clearFaultReport(): void {
  rmSync(LINES, { force: true });
}

/** Notes a result. Test files run in processes of their own, so it goes into a file. */
export function reportFault(result: FaultResult): void {
  mkdirSync(ARTIFACTS, { recursive: true });
  appendFileSync(LINES, `${JSON.stringify(result)}\n`);
}

/** Prints all results of this run as a table, and leaves it in `artifacts/faults.md`. */
export function printFaultReport(): void {
  if (!existsSync(LINES)) {
    return;
  }
  const results = readFileSync(LINES, 'utf8').trim().split('\n');
  const rows = results
    .map((line) => JSON.parse(line) as FaultResult)
    .map(({ fault, objects, convergedAfterMs }) => {
      return `| ${fault} | ${objects} | ${(convergedAfterMs / 1000).toFixed(1)} s |`;
    });
  const table = ['| Fault | Objects | Converged after its end |', '|---|---|---|', ...rows, ''].join('\n');
  writeFileSync(TABLE, table);
  process.stdout.write(`\n${table}`);
}
