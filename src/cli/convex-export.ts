import { exportSnapshot } from '../clients/convex/export-snapshot.ts';
import { type Environment, readJob } from './convex-job.ts';

/** `hearth convex-export`: brings everything that a Convex backend has onto a volume. Throws when it cannot. */
export async function convexExport(environment: Environment, log: (line: string) => void): Promise<void> {
  await exportSnapshot(readJob(environment, log));
}
