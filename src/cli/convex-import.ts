import { importSnapshot } from '../clients/convex/import-snapshot.ts';
import { type Environment, readJob } from './convex-job.ts';

/** `hearth convex-import`: puts the export on a volume in place of all that a Convex backend has. Throws when it cannot. */
export async function convexImport(environment: Environment, log: (line: string) => void): Promise<void> {
  await importSnapshot(readJob(environment, log));
}
