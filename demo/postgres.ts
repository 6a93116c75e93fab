import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../testenv/src/postgres.ts';
import { FOLDER } from './state.ts';

/** Keeps a PostgreSQL server running until this process is told to end. */
const server = await startPostgres();
const { host, port, user, password } = server;
writeFileSync(join(FOLDER, 'postgres.json'), JSON.stringify({ host, port, user, password }), { mode: 0o600 });
process.on('SIGTERM', () => {
  void server.stop().then(() => process.exit(0));
});
setInterval(() => undefined, 1 << 30);
