import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Progress } from './build.ts';

/** One `buildah bud`. */
export interface ImageBuild {
  readonly tag: string;
  readonly context: string;
  /** Default: `Dockerfile` in the context. */
  readonly file?: string;
  /** Files of the host that steps of the build can read; they do not get into the image. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** Builds images without a registry and without a service; everything it stores is in one folder. */
export interface Buildah {
  build(build: ImageBuild): Promise<void>;
  /** Writes an image in the format of `docker save`. */
  save(tag: string, archive: string): Promise<void>;
}

/** Lends a buildah with a store of its own, which is gone afterwards. */
export async function withBuildah<T>(
  parent: string,
  progress: Progress,
  work: (buildah: Buildah) => Promise<T>,
): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'store-'));
  const store = ['--storage-driver', 'vfs', '--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
  const run = (args: readonly string[]) => runTool('buildah', [...store, ...args], { progress, temporary: folder });
  try {
    return await work({
      build: async ({ tag, context, file, volumes = {} }) => {
        const mounts = Object.entries(volumes).flatMap(([inside, outside]) => ['--volume', `${outside}:${inside}:ro`]);
        const recipe = ['--file', file ?? join(context, 'Dockerfile'), '--format', 'docker', '--tag', tag];
        // chroot: no namespaces and no container engine; steps of the build use the host's network.
        await run(['bud', '--isolation', 'chroot', '--pull-never', ...mounts, ...recipe, context]);
      },
      save: async (tag, archive) => await run(['push', tag, `docker-archive:${archive}:${tag}`]),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a tool may need besides its arguments. */
export interface ToolOptions {
  readonly progress: Progress;
  /** Folder for temporary files. */
  readonly temporary?: string;
}

/** Runs a tool and passes its lines on as progress; on failure the error has the end of them. */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions): Promise<void> {
  const env = options.temporary === undefined ? process.env : { ...process.env, TMPDIR: options.temporary };
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const last: string[] = [];
  const listen = (chunk: Buffer) => {
    const lines = chunk
      .toString()
      .split(/[\r\n]+/)
      .filter((line) => line.trim() !== '');
    last.push(...lines);
    last.splice(0, Math.max(0, last.length - 30));
    for (const line of lines.filter(isMilestone)) options.progress(`${tool}: ${line}`);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${tool} failed with code ${code}:\n${last.join('\n')}`);
}

/** The lines of buildah and mmdebstrap that begin something. */
function isMilestone(line: string): boolean {
  return /^(\[\d+\/\d+\] )?STEP|^I:/.test(line);
}
