import { createDashboardServer } from './dashboard-server.ts';
import { close, listen } from './http-server.ts';

/** The program of the dashboard image. */
const log = (line: string): void => void process.stdout.write(`${line}\n`);
log('Convex dashboard stand-in: written from the published contract of the image; this is not Convex');

const server = createDashboardServer(process.env);
log(`listening on port ${await listen(server, Number(process.env['PORT'] || 6791))}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void close(server).then(() => process.exit(0)));
}
