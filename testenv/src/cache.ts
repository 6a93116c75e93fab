import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The folder `testenv/` of this checkout. */
export const testenvFolder = resolve(import.meta.dirname, '..');

/**
 * What is built: every component in one binary, only the supervisor for components that somebody else brings, or every
 * component and those of a real node.
 */
export type Flavour = 'full' | 'supervisor' | 'node';

/** The CoreDNS of the flavour `node`. */
export const coreDns = 'github.com/coredns/coredns@v1.13.1';

/** Raise one when `build.ts` or `modules.ts` makes something else out of the same sources. */
const recipes: Readonly<Record<Flavour, string>> = { full: '1', supervisor: '1', node: `1 ${coreDns}` };

const gitVersion = 'v1.36.3';
const buildDate = '2026-01-01T00:00:00Z';

/** The linker flags: Kubernetes reads its own version from these variables. */
export const linkerFlags: string = [
  '-s -w',
  ...['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
    `-X ${path}.gitVersion=${gitVersion}`,
    `-X ${path}.gitMajor=1`,
    `-X ${path}.gitMinor=36`,
    `-X ${path}.gitTreeState=clean`,
    `-X ${path}.buildDate=${buildDate}`,
  ]),
].join(' ');

/** Where builds and background control planes live: outside the checkout, so that a second clone builds nothing. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env['HEARTH_TESTENV_CACHE'] ?? join(homedir(), '.cache', 'hearth-testenv'));
}

/** The key of a build: a digest over everything it is made of. */
export function cacheKey(flavour: Flavour): string {
  const digest = createHash('sha256');
  for (const path of sources(flavour)) {
    digest
      .update(`${path}\0`)
      .update(readFileSync(join(testenvFolder, path)))
      .update('\0');
  }
  digest.update([recipes[flavour], flavour, linkerFlags, process.platform, process.arch].join('\0'));
  return digest.digest('hex');
}

/** Sources of the node alone; without them the other flavours keep the key they have. */
const nodeSource = /^go\/(node\/|go\.node\.)|_node\.go$/;

function sources(flavour: Flavour): string[] {
  const patterns = ['go/go.mod', 'go/go.sum', 'go/go.node.*', 'go/**/*.go', 'crds/modules.json'];
  const found = globSync(patterns, { cwd: testenvFolder });
  return found.filter((path) => flavour === 'node' || !nodeSource.test(path)).sort();
}

/** A finished build. */
export interface CacheEntry {
  /** The folder of the entry. */
  readonly folder: string;
  /** Folder with the binaries; for the full flavour it serves as KUBEBUILDER_ASSETS. */
  readonly binDir: string;
  /** Third-party CustomResourceDefinitions. */
  readonly crdDir: string;
  /** The definition of kwok's Stage. */
  readonly kwokCrdDir: string;
  /** The stages that come with kwok. */
  readonly kwokStageDir: string;
}

/** The place of a build in the cache, whether it is there or not. */
export function entryOf(flavour: Flavour, root: string = cacheRoot()): CacheEntry {
  const folder = join(root, cacheKey(flavour));
  return {
    folder,
    binDir: join(folder, 'bin'),
    crdDir: join(folder, 'crds'),
    kwokCrdDir: join(folder, 'kwok-crds'),
    kwokStageDir: join(folder, 'kwok-stages'),
  };
}

/** A finished build from the cache. Entries are renamed into place whole, so one that exists is complete. */
export function findEntry(flavour: Flavour, root: string = cacheRoot()): CacheEntry | undefined {
  const entry = entryOf(flavour, root);
  return existsSync(entry.folder) ? entry : undefined;
}
