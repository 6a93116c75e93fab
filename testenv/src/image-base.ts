import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Progress } from './build.ts';
import { type Buildah, runTool } from './buildah.ts';
import { testenvFolder } from './cache.ts';
import { cachedFile, contentKey } from './image-cache.ts';

const release = 'bookworm';

/** Returns a root file system of Debian 12 with packages, as an archive; made with apt's own sources, then kept. */
export async function debianRoot(packages: readonly string[], progress: Progress): Promise<string> {
  const wanted = [...packages].sort().join(',');
  const make = async (path: string) => {
    progress(`making a root file system of Debian 12 with ${wanted} (once)`);
    const options = ['--mode=root', '--variant=minbase', '--format=tar', `--include=${wanted}`];
    await runTool('mmdebstrap', [...options, release, path], { progress });
  };
  return await cachedFile({ name: 'debian', key: contentKey([release, wanted], testenvFolder, []), make }, progress);
}

/** The name that Dockerfiles call their base by. */
export const nodeBase = 'node:24-bookworm-slim';

/** What the stand-in for the Node image depends on. */
export function nodeBaseKey(): string {
  return contentKey([nodeBase, nodeVersion()], testenvFolder, []);
}

/** Builds a stand-in for the image `node:24-bookworm-slim`: Debian's packages, and Node and npm of this machine. */
export async function buildNodeBase(buildah: Buildah, work: string, progress: Progress): Promise<void> {
  const context = join(work, 'node');
  const root = join(context, 'root', 'usr', 'local');
  const modules = join(root, 'lib', 'node_modules');
  for (const folder of [join(root, 'bin'), modules]) mkdirSync(folder, { recursive: true });
  cpSync(await debianRoot(['ca-certificates'], progress), join(context, 'debian.tar'));
  cpSync(nodeBinary(), join(root, 'bin', 'node'));
  cpSync(npmFolder(), join(modules, 'npm'), { recursive: true, verbatimSymlinks: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'bin', 'npm'));
  symlinkSync('../lib/node_modules/npm/bin/npx-cli.js', join(root, 'bin', 'npx'));
  writeFileSync(
    join(context, 'Dockerfile'),
    [
      'FROM scratch',
      'ADD debian.tar /',
      'COPY root /',
      'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'CMD ["node"]',
      `LABEL org.opencontainers.image.description="Stand-in for ${nodeBase}, built from Debian and npm packages by Hearth's testenv"`,
      '',
    ].join('\n'),
  );
  await buildah.build({ tag: nodeBase, context });
}

/** Gives a build step npm's settings of this machine, so that `npm ci` reaches the registry that is configured here. */
export function npmVolumes(work: string): Record<string, string> {
  const settings = join(work, 'npmrc');
  const authorities = process.env['NODE_EXTRA_CA_CERTS'] ?? '/etc/ssl/certs/ca-certificates.crt';
  const read = (name: string) => npmSetting(name);
  const lines = ['registry', 'proxy', 'https-proxy', 'noproxy'].flatMap((name) => {
    const value = read(name);
    return value === '' || value === 'null' ? [] : [`${name}=${value}`];
  });
  writeFileSync(settings, [...lines, 'cafile=/run/authorities.crt', ...credentials(), ''].join('\n'), { mode: 0o600 });
  return { '/root/.npmrc': settings, '/run/authorities.crt': realpathSync(authorities) };
}

/** Lines of the user's own settings that belong to one registry, such as its token. */
function credentials(): string[] {
  const path = process.env['NPM_CONFIG_USERCONFIG'] ?? join(homedir(), '.npmrc');
  if (!existsSync(path)) return [];
  return execFileSync('cat', [path], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('//'));
}

function npmSetting(name: string): string {
  // From a folder without settings of its own: those of the project are in the image's build context anyway.
  return execFileSync('npm', ['config', 'get', name], {
    cwd: '/',
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

function nodeBinary(): string {
  const packaged = resolve(testenvFolder, '..', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
  return existsSync(packaged) ? packaged : process.execPath;
}

function nodeVersion(): string {
  return execFileSync(nodeBinary(), ['--version'], { encoding: 'utf8' }).trim();
}

function npmFolder(): string {
  const global = execFileSync('npm', ['root', '--global'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  const beside = join(global, 'npm');
  return existsSync(beside) ? realpathSync(beside) : dirname(dirname(realpathSync('/usr/bin/npm')));
}
