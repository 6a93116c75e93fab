import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../testenv/src/wait.ts';

const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

export type OperatorOptions = {
  readonly kubeconfig: string;
  /** The namespaces it looks after: each suite's own, so that suites run side by side. */
  readonly namespaces: readonly string[];
  /** Names the log file under `artifacts/`. */
  readonly name: string;
  /** Flags for Node. */
  readonly nodeFlags?: readonly string[];
  /** The program to run; the operator itself unless said. */
  readonly entry?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** A running operator process. */
export type OperatorProcess = {
  readonly pid: number;
  /** The URL of its health endpoints. */
  readonly url: string;
  /** Everything that it has logged so far. */
  log(): string;
  /** Sends SIGTERM and resolves to the exit code. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL and resolves when the process is gone. */
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
};

/** Starts an operator as a process of its own, and waits until its health endpoints answer. */
export async function startOperator(options: OperatorOptions): Promise<OperatorProcess> {
  const folder = join(ROOT, 'artifacts/operators');
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${options.name}-${process.pid}-${Date.now()}.log`);
  const child = spawn(NODE, [...(options.nodeFlags ?? []), options.entry ?? join(ROOT, 'src/operator.ts')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      KUBECONFIG: options.kubeconfig,
      HEARTH_NAMESPACES: options.namespaces.join(','),
      HEARTH_PORT: '0',
      LOG_FORMAT: 'json',
      POD_NAME: options.name,
      ...options.env,
    },
  });
  child.stderr.pipe(createWriteStream(logFile));
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);
  const log = () => readFileSync(logFile, 'utf8');
  const port = await eventually('the operator tells its port', () => portIn(log(), child), { timeoutMs: 100_000 });
  return {
    pid: child.pid ?? 0,
    url: `http://127.0.0.1:${port}`,
    log,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      return await exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function portIn(log: string, child: ChildProcess): number | undefined {
  if (child.exitCode !== null) {
    throw new Error(`the operator ended with ${child.exitCode}: ${log}`);
  }
  const started = log.split('\n').find((line) => line.includes('"message":"started"'));
  return started === undefined ? undefined : (JSON.parse(started) as { port: number }).port;
}
