import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';

/** kubectl in the namespace `default` of a node. */
export interface Kubectl {
  /** Runs it and returns what it prints. */
  run(...args: string[]): Promise<string>;
  apply(items: readonly object[]): Promise<void>;
  /** Lends a port of this process that leads to one of a pod. */
  forward<T>(target: string, port: number, use: (localPort: number) => Promise<T>): Promise<T>;
  /** Deletes a pod and waits until the one that takes its name is ready. */
  replace(pod: string): Promise<void>;
}

/** Makes a kubectl for a control plane. */
export function kubectlOf(testenv: Testenv): Kubectl {
  const run = async (...args: string[]) => {
    const { stdout, stderr, code } = await testenv.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  return {
    run,
    apply: async (items) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
      const { stderr, code } = await testenv.kubectl(['apply', '--server-side', '-f', '-'], { input });
      if (code !== 0) throw new Error(stderr);
    },
    forward: async (target, port, use) => {
      const args = ['--kubeconfig', testenv.kubeconfig, 'port-forward', target, `:${port}`];
      const child = spawn(testenv.handle.kubectl, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        const [line] = await once(createInterface({ input: child.stdout }), 'line');
        return await use(Number(/127\.0\.0\.1:(\d+)/.exec(String(line))?.[1]));
      } finally {
        child.kill();
      }
    },
    replace: async (pod) => {
      const look = () =>
        run(
          'get',
          'pod',
          pod,
          '--ignore-not-found',
          '-o',
          'jsonpath={.metadata.uid} {.status.containerStatuses[0].ready}',
        );
      const [before = ''] = (await look()).split(' ');
      await run('delete', 'pod', pod);
      await eventually('another pod is ready', look, {
        until: (seen) => seen.endsWith(' true') && !seen.startsWith(before),
        timeoutMs: 60_000,
        intervalMs: 250,
      });
    },
  };
}
