import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import type { StartableProfile } from './capabilities.ts';

/** What the supervisor says when the control plane is up; also in `state.json` of the data folder. */
export interface SupervisorState {
  readonly ready: true;
  readonly pid: number;
  readonly profile: StartableProfile;
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly server: string;
  readonly caData: string;
  readonly socket: string;
  readonly startedInMs: number;
  readonly components: Readonly<Record<string, ComponentState>>;
}

/** One component as the supervisor sees it. */
export interface ComponentState {
  readonly state: 'running' | 'paused' | 'stopped';
  /** In profile `node` the process id inside the node's namespaces. */
  readonly pid: number;
  readonly port: number;
  readonly log: string;
}

/** How to start a supervisor. */
export interface SupervisorCommand {
  readonly binary: string;
  readonly args: readonly string[];
  /** What keeps the control plane up: this process (its end closes standard input), or nobody (until `stop`). */
  readonly hold: 'stdin' | 'signal';
}

/** A supervisor that this process started. */
export interface RunningSupervisor {
  readonly state: SupervisorState;
  /** Ends the supervisor and resolves when everything it started is gone. For hold `stdin` only. */
  stop(): Promise<void>;
}

/** Starts a supervisor and resolves when its control plane is up. It does not keep this process alive. */
export async function startSupervisor(command: SupervisorCommand): Promise<RunningSupervisor> {
  const child = spawn(command.binary, [...command.args, `--hold=${command.hold}`], {
    argv0: 'testenv-supervisor',
    detached: true, // a session of its own: Ctrl-C reaches us, and our end reaches it through standard input
    stdio: [command.hold === 'stdin' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const state = await firstLine(child);
  release(child, command.hold);
  return {
    state,
    stop: async () => {
      child.ref();
      child.stdin?.destroy();
      await ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<SupervisorState> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the supervisor has no output to read');
  const complaints: string[] = [];
  stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()));
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    createInterface({ input: stdout }).once('line', resolve);
    child.once('close', (code) => reject(new Error(`the supervisor ended with ${code}: ${complaints.join('')}`)));
  });
  const answer: SupervisorState | { ready: false; error: string } = JSON.parse(line);
  if (!answer.ready) throw new Error(`the control plane did not start: ${answer.error}`);
  return answer;
}

/** Lets this process end whenever it likes; its standard input stays open until then. */
function release(child: ChildProcess, hold: 'stdin' | 'signal'): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if (hold === 'signal') stream?.destroy();
    else (stream as Socket | null)?.unref();
  }
}

/** Gives a supervisor one command through its socket and returns its answer; throws what it complains about. */
export async function command(socket: string, line: string): Promise<Record<string, unknown>> {
  const answer = await new Promise<string>((resolve, reject) => {
    const connection = createConnection(socket, () => connection.write(`${line}\n`));
    connection.once('error', (cause) => reject(new Error(`no supervisor answers at ${socket}`, { cause })));
    connection.once('close', () => reject(new Error(`the supervisor ended before it answered "${line}"`)));
    createInterface({ input: connection }).once('line', (text) => {
      resolve(text);
      connection.destroy();
    });
  });
  const parsed: { ok: boolean; error?: string } & Record<string, unknown> = JSON.parse(answer);
  if (!parsed.ok) throw new Error(`${line}: ${parsed.error ?? 'failed'}`);
  return parsed;
}
