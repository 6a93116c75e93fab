import { execFileSync } from 'node:child_process';

/** The oldest Node that runs this repository's TypeScript directly. */
export const minimumNode = '22.19';

/** The oldest Go that builds Kubernetes 1.36. */
export const minimumGo = '1.26';

/** Says in one sentence what is wrong with a Node version, or nothing when it will do. */
export function nodeComplaint(version: string): string | undefined {
  if (atLeast(version, minimumNode)) return undefined;
  return (
    `testenv needs Node ${minimumNode} or newer, and this is ${version}: run it with the one that npm installed here, ` +
    'PATH="$PWD/node_modules/.bin:$PATH" (after "npm install")'
  );
}

/**
 * Says in one sentence what is wrong with the output of `go env GOVERSION` (undefined: there is no Go), or nothing
 * when it will do.
 */
export function goComplaint(version: string | undefined): string | undefined {
  const advice =
    `install Go ${minimumGo} or newer from https://go.dev/dl, ` +
    'or set USE_EXISTING_CLUSTER=true to test against the cluster of your kubeconfig';
  if (version === undefined) {
    return `building the control plane needs Go ${minimumGo} or newer, and there is none in PATH: ${advice}`;
  }
  if (atLeast(version.replace(/^go/, ''), minimumGo)) return undefined;
  return `building the control plane needs Go ${minimumGo} or newer, and this is ${version}: ${advice}`;
}

/** Says why the control plane cannot run on this operating system, or nothing when it can. */
export function platformComplaint(platform: string = process.platform): string | undefined {
  if (platform === 'linux') return undefined;
  return (
    `the control plane relies on Linux (parent-death signals, /proc) and this is ${platform}: ` +
    'set USE_EXISTING_CLUSTER=true to test against the cluster of your kubeconfig'
  );
}

/** Throws the complaint of the first guard that has one. Go is only asked for when something has to be built. */
export function requireNodeAndPlatform(): void {
  const complaint = nodeComplaint(process.versions.node) ?? platformComplaint();
  if (complaint !== undefined) throw new Error(complaint);
}

/** Throws when there is no Go that can build the control plane. */
export function requireGo(): void {
  const complaint = goComplaint(installedGo());
  if (complaint !== undefined) throw new Error(complaint);
}

function installedGo(): string | undefined {
  try {
    const env = { ...process.env, GOTOOLCHAIN: 'local' };
    return execFileSync('go', ['env', 'GOVERSION'], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

function atLeast(version: string, minimum: string): boolean {
  const [major = 0, minor = 0] = numbers(version);
  const [wantedMajor = 0, wantedMinor = 0] = numbers(minimum);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
