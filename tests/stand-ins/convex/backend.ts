import { setTimeout } from 'node:timers/promises';
import { RefusedStart } from './configuration.ts';
import { startConvexStandIn } from './convex-stand-in.ts';

/**
 * The program of the backend image. Like the real one it ends on SIGINT alone: a container's first process ignores
 * SIGTERM.
 */
const variables = process.env;
const seconds = (name: string) => Number(variables[name] || 0) * 1000;
const log = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const standIn = await startConvexStandIn({
    ...{ port: 3210, sitePort: 3211, variables, log },
    beforeListening: async () => await setTimeout(seconds('STAND_IN_START_SECONDS')),
    beforeExport: async () => {
      await setTimeout(seconds('STAND_IN_EXPORT_SECONDS'));
      if (variables['STAND_IN_EXPORT_FAILS']) throw new Error('STAND_IN_EXPORT_FAILS is set');
    },
  });
  process.once('SIGINT', () => {
    log('interrupted: ending');
    void standIn.stop().then(() => {
      log('ended');
      process.exit(0);
    });
  });
} catch (error) {
  if (!(error instanceof RefusedStart)) throw error;
  process.stderr.write(`Convex stand-in: not started: ${error.message}\n`);
  process.exit(1);
}
