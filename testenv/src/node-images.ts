import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Abilities, reasonAgainst } from './capabilities.ts';

const run = promisify(execFile);

/** The part of a control plane that loading an image needs; a `Testenv` has it. */
export interface ImageTarget {
  readonly profile: Abilities['profile'];
  readonly dataDir: string;
  readonly without?: Abilities['without'];
}

/**
 * Loads an image archive (of `docker save`, or OCI) into the node, as if it had been pulled; returns the names it has
 * there. Pods have to name it with a tag other than `latest`, or with `imagePullPolicy: IfNotPresent` or `Never`.
 *
 * @throws Error when the control plane has no node of its own, or the archive is not one.
 */
export async function loadImage(testenv: ImageTarget, archive: string): Promise<string[]> {
  const reason = reasonAgainst({ profile: testenv.profile, without: testenv.without ?? [] }, ['node']);
  if (reason !== undefined) throw new Error(`the image ${archive} cannot be loaded: ${reason}`);
  const { stdout } = await ctr(testenv, ['images', 'import', archive]);
  return stdout.split('\n').flatMap((line) => /^unpacking (\S+)/.exec(line)?.[1] ?? []);
}

/** The names of the images that the node has. */
export async function listImages(testenv: ImageTarget): Promise<string[]> {
  const { stdout } = await ctr(testenv, ['images', 'list', '--quiet']);
  return stdout.split('\n').filter((name) => name !== '' && !name.startsWith('sha256:'));
}

async function ctr(testenv: ImageTarget, args: string[]): Promise<{ stdout: string }> {
  const socket = join(testenv.dataDir, 'containerd.sock');
  return await run('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args], { maxBuffer: 16 << 20 });
}
