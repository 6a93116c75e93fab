import { spawn } from 'node:child_process';

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** How to call kubectl. */
export interface KubectlOptions {
  /** Standard input, for example a manifest for `apply -f -`. */
  readonly input?: string;
  /** Another kubeconfig than the administrator's. */
  readonly kubeconfig?: string;
}

/** Runs kubectl with a kubeconfig; never throws for a failed command, the code says it. */
export async function runKubectl(
  binary: string,
  args: readonly string[],
  options: KubectlOptions & { readonly kubeconfig: string; readonly cacheDir: string | undefined },
): Promise<CommandResult> {
  const env = { ...process.env, KUBECONFIG: options.kubeconfig };
  // The discovery cache would otherwise stay behind in ~/.kube.
  const child = spawn(binary, args, {
    env: options.cacheDir === undefined ? env : { ...env, KUBECACHEDIR: options.cacheDir },
    stdio: 'pipe',
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => undefined); // a command that does not read its input may close it
  child.stdin.end(options.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? -1));
  });
  return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code };
}
