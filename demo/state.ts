import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../testenv/src/wait.ts';

export const ROOT = join(import.meta.dirname, '..');
/** Everything that the demo keeps: process ids, logs, kubeconfigs. */
export const FOLDER = join(ROOT, 'artifacts/demo');
export const NODE = join(ROOT, 'node_modules/.bin/node');

/** A program of the demo that runs in the background. */
export type Background = {
  readonly name: string;
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Starts a program that outlives this one; its output goes to a log file in the demo's folder. */
export function startInBackground({ name, script, env }: Background): void {
  mkdirSync(FOLDER, { recursive: true });
  const log = openSync(logFile(name), 'w');
  const stdio = ['ignore', log, log] as const;
  const child = spawn(NODE, [join(ROOT, script)], {
    cwd: ROOT,
    detached: true,
    stdio: [...stdio],
    env: { ...process.env, ...env },
  });
  closeSync(log);
  writeFileSync(pidFile(name), String(child.pid));
  child.unref();
}

/** Ends a background program, if it runs, and waits until it is gone. */
export async function stopInBackground(name: string): Promise<void> {
  const pid = runningPid(name);
  if (pid !== undefined) {
    process.kill(pid, 'SIGTERM');
    await eventually(`${name} ends`, () => !isAlive(pid));
  }
  rmSync(pidFile(name), { force: true });
}

/** The process id of a background program that runs. */
export function runningPid(name: string): number | undefined {
  if (!existsSync(pidFile(name))) {
    return undefined;
  }
  const pid = Number(readFileSync(pidFile(name), 'utf8'));
  return isAlive(pid) ? pid : undefined;
}

export function logFile(name: string): string {
  return join(FOLDER, `${name}.log`);
}

function pidFile(name: string): string {
  return join(FOLDER, `${name}.pid`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
