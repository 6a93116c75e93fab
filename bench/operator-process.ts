import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { StallLog } from './stall-log.ts';

const NODE = join(import.meta.dirname, '../node_modules/.bin/node');
const DOCKERFILE = join(import.meta.dirname, '../Dockerfile');

const MEGABYTE = 1024;
const TICKS_PER_SECOND = 100;

export type StartOptions = {
  /** The bundle to run. */
  readonly entry: string;
  readonly kubeconfig: string;
  readonly namespaces: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Told of every line on standard output. */
  readonly onLine?: (line: string) => void;
};

type Started = { readonly url: string; readonly syncedMs: number; readonly stalls: StallLog };

/** An operator that is measured from outside: `/proc`, its metrics and its log. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #exited: Promise<unknown>;
  /** What it has told of stalls of its event loop. */
  readonly stalls: StallLog;
  /** From the start of the process until every cache was filled. */
  readonly syncedMs: number;

  private constructor(child: ChildProcess, { url, syncedMs, stalls }: Started) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#url = url;
    this.syncedMs = syncedMs;
    this.stalls = stalls;
  }

  /** Starts one as the image does, and waits until it is ready. */
  static async start(options: StartOptions): Promise<OperatorProcess> {
    const started = performance.now();
    const { flags, env } = image();
    const child = spawn(NODE, [...flags, options.entry], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...env,
        PATH: process.env['PATH'],
        KUBECONFIG: options.kubeconfig,
        HEARTH_NAMESPACES: options.namespaces.join(','),
        HEARTH_PORT: '0',
        LOG_FORMAT: 'json',
        ...options.env,
      },
    });
    const stalls = new StallLog();
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!stalls.take(line)) {
        options.onLine?.(line);
      }
    });
    const url = `http://127.0.0.1:${await portOf(child)}`;
    while (!(await fetch(`${url}/readyz`)).ok) {
      await delay(5);
    }
    return new OperatorProcess(child, { url, syncedMs: performance.now() - started, stalls });
  }

  /** Resident memory in MB: now, and the most there ever was. */
  memory(): { readonly now: number; readonly peak: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const read = (name: string) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))?.[1]) / MEGABYTE;
    return { now: read('VmRSS'), peak: read('VmHWM') };
  }

  /** Processor time used so far, in seconds. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) / TICKS_PER_SECOND;
  }

  /**
   * For how long the main thread could have run and others had the processors, in seconds: so much of every delay is the
   * machine's.
   */
  waitedSeconds(): number {
    const { pid } = this.#child;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  }

  /** The values of a metric, by their labels. */
  async metric(name: string): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    return valuesIn(text, name);
  }

  /** How many runs of a kind have ended. */
  async runsOf(kind: string): Promise<number> {
    return sum(await this.metric('controller_runtime_reconcile_total'), `controller="${kind}"`);
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exited;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}

function valuesIn(text: string, name: string): ReadonlyMap<string, number> {
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
  return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]));
}

/** Adds up those values of a metric whose labels contain something. */
export function sum(values: ReadonlyMap<string, number>, label = ''): number {
  return [...values].filter(([labels]) => labels.includes(label)).reduce((total, [, value]) => total + value, 0);
}

/** How the image starts Node: that belongs to what is measured. */
function image(): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const text = readFileSync(DOCKERFILE, 'utf8');
  const [, entry = '[]'] = text.match(/^ENTRYPOINT (.+)$/m) ?? [];
  const variables = [...text.matchAll(/^ENV (.+)$/gm)].flatMap(([, line = '']) => line.split(' '));
  return {
    flags: (JSON.parse(entry) as string[]).slice(1, -1),
    env: Object.fromEntries(variables.map((each) => each.split('='))),
  };
}

async function portOf(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  const lines = createInterface({ input: child.stderr ?? process.stdin });
  const port = Promise.withResolvers<number>();
  lines.on('line', (line) => {
    said.push(line);
    if (line.includes('"message":"started"')) {
      port.resolve((JSON.parse(line) as { port: number }).port);
    }
  });
  child.once('exit', () => port.reject(new Error(`the operator ended: ${said.slice(-5).join('\n')}`)));
  return await port.promise;
}
