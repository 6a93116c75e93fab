import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Progress } from './build.ts';
import { testenvFolder } from './cache.ts';
import { useExistingCluster } from './existing-cluster.ts';

/** What a node runs that Debian has: a program in PATH or a file. */
const programs = [
  ...['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc', 'iptables', 'ip', '/usr/lib/cni/ptp'],
  ...['buildah', 'mmdebstrap', 'redis-server'], // for images
];

const instead = 'use the simulated profile (full), or set USE_EXISTING_CLUSTER=true';

/** Facts about a machine that decide whether profile `node` can run on it. */
export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
  /** `ID` and `VERSION_ID` of os-release. */
  readonly system: string;
  readonly missing: readonly string[];
  readonly existingCluster: boolean;
}

/** Looks at this machine. */
export function thisMachine(env: NodeJS.ProcessEnv = process.env): Machine {
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    system: readSystem(),
    missing: programs.filter((program) => !isThere(program, env)),
    existingCluster: useExistingCluster(env),
  };
}

/**
 * Says in one sentence why profile `node` cannot run on a machine, or nothing when it can. Missing packages are no
 * reason where they can be installed: root on Debian 12.
 */
export function reasonAgainstNode(machine: Machine = thisMachine()): string | undefined {
  if (machine.existingCluster) return 'no node of our own: USE_EXISTING_CLUSTER=true';
  if (machine.platform !== 'linux') return `profile node needs Linux, and this is ${machine.platform}: ${instead}`;
  if (machine.uid !== 0) return `profile node needs root (namespaces, mounts, cgroups): ${instead}`;
  if (machine.missing.length === 0 || machine.system === 'debian 12') return undefined;
  return (
    `profile node needs ${machine.missing.join(', ')}, which are only installed for you on Debian 12, ` +
    `and this is ${machine.system}: install them, ${instead}`
  );
}

/** Throws the reason against profile `node`, if there is one, and installs what is missing. */
export async function requireNodeMachine(progress: Progress): Promise<void> {
  const machine = thisMachine();
  const reason = reasonAgainstNode(machine);
  if (reason !== undefined) throw new Error(reason);
  if (machine.missing.length === 0) return;
  progress(`installing Debian packages: there is no ${machine.missing.join(', ')}`);
  await installPackages();
  const { missing } = thisMachine();
  if (missing.length > 0) throw new Error(`the packages are installed, but there is still no ${missing.join(', ')}`);
}

/** Installs the Debian packages of profile `node`; does nothing when they are there. */
export async function installPackages(): Promise<void> {
  const script = join(testenvFolder, 'node', 'install-packages.sh');
  const child = spawn('/bin/sh', [script], { stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${script} failed with code ${code}; the lines above say why`);
}

function readSystem(): string {
  if (!existsSync('/etc/os-release')) return 'unknown';
  const text = readFileSync('/etc/os-release', 'utf8');
  const value = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return `${value('ID')} ${value('VERSION_ID')}`.trim();
}

function isThere(program: string, env: NodeJS.ProcessEnv): boolean {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/bin'];
  const paths = program.startsWith('/') ? [program] : folders.map((folder) => join(folder, program));
  return paths.some(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
