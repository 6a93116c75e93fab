import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type CacheEntry,
  cacheRoot,
  coreDns,
  entryOf,
  type Flavour,
  findEntry,
  linkerFlags,
  testenvFolder,
} from './cache.ts';
import { requireGo, requireNodeAndPlatform } from './guard.ts';
import { writeImageArchive } from './image-archive.ts';
import { alive, withLock } from './lock.ts';
import { copyManifests, readModuleList } from './modules.ts';

/** Receives one line about what is going on. */
export type Progress = (line: string) => void;

/** The programs the one binary answers to. */
const programs = [
  'etcd',
  'etcdctl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
  'testenv-supervisor',
];

const descriptions: Readonly<Record<Flavour, string>> = {
  full: 'the control plane (once; about 6 minutes on two cores)',
  supervisor: 'the supervisor (once)',
  node: 'the control plane with a node (once; about 8 minutes on two cores, less when profile full was built)',
};

const nodeTags = ['-modfile=go.node.mod', '-tags', 'grpcnotrace,node'];

/**
 * Returns the build for this source, building it first when the cache does not have it. A second caller waits for the
 * first; a build that is killed leaves nothing that looks finished, because it is renamed into place at its end.
 */
export async function ensureBuilt(flavour: Flavour, progress: Progress): Promise<CacheEntry> {
  requireNodeAndPlatform();
  const cached = findEntry(flavour);
  if (cached !== undefined) return cached;
  requireGo();
  const entry = entryOf(flavour);
  const waiting = (holder: number) => progress(`process ${holder} is building the same; waiting for it`);
  return await withLock(`${entry.folder}.lock`, waiting, async () => {
    return findEntry(flavour) ?? (await buildInto(entry, flavour, progress));
  });
}

async function buildInto(entry: CacheEntry, flavour: Flavour, progress: Progress): Promise<CacheEntry> {
  const began = performance.now();
  removeAbandonedBuilds();
  const work = join(cacheRoot(), `building-${process.pid}-${flavour}`);
  const bin = join(work, 'bin');
  mkdirSync(bin, { recursive: true });
  progress(`building ${descriptions[flavour]} into ${entry.folder}`);
  try {
    const modules = readModuleList();
    progress('fetching third-party definitions');
    await copyManifests(modules, work, goEnvironment());
    if (flavour === 'node') await buildNode(work, progress);
    else await goBuild(join(bin, 'testenv-janitor'), './cmd/testenv-janitor', progress);
    if (flavour === 'full') await buildEverything(bin, `${modules.kwok.package}@${modules.kwok.version}`, progress);
    if (flavour === 'supervisor') await goBuild(join(bin, 'testenv-supervisor'), './cmd/testenv-supervisor', progress);
    putInPlace(work, entry.folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  progress(`built in ${Math.round((performance.now() - began) / 1000)} s`);
  return entry;
}

async function buildEverything(bin: string, kwok: string, progress: Progress): Promise<void> {
  await goBuild(join(bin, 'testenv-kube'), '.', progress);
  for (const program of programs) symlinkSync('testenv-kube', join(bin, program));
  const env = { ...goEnvironment(), GOBIN: bin };
  await withProgress({ label: 'kwok', args: ['install', '-v', '-ldflags', '-s -w', kwok], env }, progress);
}

/** The node has a module file of its own, because the kubelet needs modules that the control plane does not. */
async function buildNode(folder: string, progress: Progress): Promise<void> {
  const bin = join(folder, 'bin');
  await goBuildWith(nodeTags, { output: join(bin, 'testenv-node'), target: './node', progress });
  await goBuildWith(nodeTags, { output: join(bin, 'testenv-kube'), target: '.', progress });
  for (const program of [...programs, 'kubelet', 'kube-proxy']) symlinkSync('testenv-kube', join(bin, program));
  const env = { ...goEnvironment(), GOBIN: bin };
  await withProgress({ label: 'coredns', args: ['install', '-v', '-ldflags', '-s -w', coreDns], env }, progress);
  writePauseImage(folder);
}

/** Every pod has a container that does nothing but hold its namespaces; kubelets know it by its image. */
function writePauseImage(folder: string): void {
  const root = join(folder, 'pause');
  mkdirSync(root);
  copyFileSync(join(folder, 'bin', 'testenv-node'), join(root, 'pause'));
  const description = 'Holds the namespaces of a pod; built from testenv/go/node of Hearth';
  const image = { name: 'hearth.dev/pause:1', description, root, entrypoint: ['/pause'] };
  writeImageArchive(image, join(folder, 'pause.tar'));
  rmSync(root, { recursive: true });
}

async function goBuild(output: string, target: string, progress: Progress): Promise<void> {
  await goBuildWith(['-tags', 'grpcnotrace'], { output, target, progress });
}

interface GoBuild {
  readonly output: string;
  readonly target: string;
  readonly progress: Progress;
}

async function goBuildWith(flags: readonly string[], { output, target, progress }: GoBuild): Promise<void> {
  const args = ['build', '-v', ...flags, '-ldflags', linkerFlags, '-o', output, target];
  await withProgress({ label: 'control plane', args, env: goEnvironment() }, progress);
}

function goEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
    GOFLAGS: '-trimpath -buildvcs=false',
    GOWORK: 'off',
  };
}

interface GoCommand {
  readonly label: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Runs go and reports what it compiles, at most every few seconds; on failure the error has the end of its output. */
async function withProgress(command: GoCommand, progress: Progress): Promise<void> {
  const everyMs = 5000;
  const child = spawn('go', command.args, {
    cwd: join(testenvFolder, 'go'),
    env: command.env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const last: string[] = [];
  let lines = 0;
  let reported = performance.now();
  for await (const line of createInterface({ input: child.stderr })) {
    last.push(line);
    if (last.length > 20) last.shift();
    lines += 1;
    if (performance.now() - reported > everyMs) {
      progress(`${command.label}: ${lines} packages so far, now ${line}`);
      reported = performance.now();
    }
  }
  const code = await ended;
  if (code !== 0) throw new Error(`go ${command.args[0]} failed with code ${code}:\n${last.join('\n')}`);
}

function putInPlace(work: string, folder: string): void {
  try {
    renameSync(work, folder);
  } catch (error) {
    // Somebody who did not see our lock was quicker; both builds are the same.
    if (!existsSync(folder)) throw error;
  }
}

function removeAbandonedBuilds(): void {
  for (const name of readdirSync(cacheRoot())) {
    const builder = /^building-(\d+)-/.exec(name)?.[1];
    if (builder !== undefined && !alive(Number(builder))) {
      rmSync(join(cacheRoot(), name), { recursive: true, force: true });
    }
  }
}
