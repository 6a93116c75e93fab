import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, type Progress } from './build.ts';
import { type CacheEntry, findEntry, testenvFolder } from './cache.ts';
import type { StartableProfile } from './capabilities.ts';
import { requireNodeMachine } from './node-machine.ts';

/** What a control plane is started with. */
export interface LaunchOptions {
  readonly profile?: StartableProfile;
  readonly durable?: boolean;
  readonly crdDirs?: readonly string[];
  readonly thirdParties?: boolean;
  readonly progress?: Progress;
}

/** Everything that is needed to start a supervisor. */
export interface Launch {
  readonly binary: string;
  readonly kubectl: string;
  /** The command line for a data folder. */
  args(dataDir: string): string[];
}

/** Finds or builds the programs and says how to call the supervisor. Honours `KUBEBUILDER_ASSETS`. */
export async function prepareLaunch(options: LaunchOptions, env: NodeJS.ProcessEnv = process.env): Promise<Launch> {
  const progress = options.progress ?? ((line: string) => void process.stderr.write(`testenv: ${line}\n`));
  if (options.profile === 'node') return await launchNode({ ...options, progress });
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets !== undefined && assets !== '') return await launchAssets(assets, { ...options, progress });
  const entry = await ensureBuilt('full', progress);
  const profile = options.profile ?? 'full';
  return {
    binary: join(entry.binDir, 'testenv-supervisor'),
    kubectl: join(entry.binDir, 'kubectl'),
    args: (dataDir) => [
      ...commonArgs(dataDir, entry, options),
      `--profile=${profile}`,
      `--kwok=${join(entry.binDir, 'kwok')}`,
      `--objects=${objectDirs(entry, options).join(',')}`,
    ],
  };
}

/**
 * Runs somebody else's etcd and kube-apiserver under our supervisor. That needs the supervisor only, which is a build
 * of its own (about a minute) when the full one is not there.
 */
async function launchAssets(folder: string, options: LaunchOptions & { progress: Progress }): Promise<Launch> {
  const missing = ['etcd', 'kube-apiserver', 'kubectl'].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS=${folder} lacks ${missing.join(' and ')}`);
  if (options.profile === 'full') {
    options.progress('KUBEBUILDER_ASSETS has no controllers: profile api instead of full');
  }
  const entry = findEntry('full') ?? (await buildSupervisor(options.progress));
  return {
    binary: join(entry.binDir, 'testenv-supervisor'),
    kubectl: join(folder, 'kubectl'),
    args: (dataDir) => [...commonArgs(dataDir, entry, options), '--profile=api', `--assets-dir=${folder}`],
  };
}

/** A node has programs of its own, and a process outside its namespaces that stands for it. */
async function launchNode(options: LaunchOptions & { progress: Progress }): Promise<Launch> {
  await requireNodeMachine(options.progress);
  const entry = await ensureBuilt('node', options.progress);
  const objects = [join(testenvFolder, 'node', 'cluster')];
  return {
    binary: join(entry.binDir, 'testenv-node'),
    kubectl: join(entry.binDir, 'kubectl'),
    args: (dataDir) => [
      `--data-dir=${dataDir}`,
      `--crds=${definitionDirs(entry, options).join(',')}`,
      `--objects=${objects.join(',')}`,
      `--coredns=${join(entry.binDir, 'coredns')}`,
      `--pause-archive=${join(entry.folder, 'pause.tar')}`,
      ...(options.durable === true ? ['--durable'] : []),
    ],
  };
}

async function buildSupervisor(progress: Progress): Promise<CacheEntry> {
  try {
    return await ensureBuilt('supervisor', progress);
  } catch (cause) {
    const message =
      'KUBEBUILDER_ASSETS gives etcd and kube-apiserver, but the supervisor that runs them has to be built';
    throw new Error(`${message}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function commonArgs(dataDir: string, entry: CacheEntry, options: LaunchOptions): string[] {
  return [
    `--data-dir=${dataDir}`,
    `--crds=${[entry.kwokCrdDir, ...definitionDirs(entry, options)].join(',')}`,
    ...(options.durable === true ? ['--durable'] : []),
  ];
}

function definitionDirs(entry: CacheEntry, options: LaunchOptions): string[] {
  const definitions = options.thirdParties === false ? [] : [entry.crdDir];
  return [...definitions, ...(options.crdDirs ?? [])];
}

function objectDirs(entry: CacheEntry, options: LaunchOptions): string[] {
  const ours = ['cluster', 'stages'].map((name) => join(testenvFolder, name));
  const theirs = options.thirdParties === false ? [] : ours.map((folder) => join(folder, 'third-parties'));
  return [...ours, ...theirs, entry.kwokStageDir];
}
