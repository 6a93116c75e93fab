import { Command } from 'commander';
import { convexExport } from './convex-export.ts';
import { convexImport } from './convex-import.ts';
import type { Environment } from './convex-job.ts';
import { EXIT } from './exit-codes.ts';

const JOB_HELP = `
Its settings are environment variables, as the operator puts them into the Job: API_URL and ADMIN_KEY of the backend,
DATA_DIR for the copy (/data). It may be cut off at any time: the next attempt goes on from what is there.`;

/** The programs that the Jobs of a Convex upgrade run, in the operator's own image. */
export function createConvexCommands(ends: (exitCode: number) => void): readonly Command[] {
  const asCommand = (job: (environment: Environment, log: (line: string) => void) => Promise<void>) => async () => {
    await job(process.env, (line) => process.stdout.write(`${line}\n`));
    ends(EXIT.ok);
  };
  return [
    new Command('convex-export')
      .description('copy everything that a Convex backend has onto a volume; Jobs of an upgrade run it')
      .addHelpText('after', JOB_HELP)
      .action(asCommand(convexExport)),
    new Command('convex-import')
      .description('bring such a copy into a Convex backend; Jobs of an upgrade run it')
      .addHelpText('after', JOB_HELP)
      .action(asCommand(convexImport)),
  ];
}
