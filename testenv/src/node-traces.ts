import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What tells the traces of one node from everything else on the machine; taken while it is up. */
export interface NodeMarks {
  readonly dataDir: string;
  /** Its process namespace; every process of every pod is in it. */
  readonly processNamespace: string;
  readonly link: string;
  readonly cgroup: string;
  /** The host's rules before it. */
  readonly rules: string;
}

/** Looks at a running node from the host. `rules` is {@link hostRules} of before its start. */
export function nodeMarks(dataDir: string, rules: string): NodeMarks {
  const { pid, server }: { pid: number; server: string } = JSON.parse(
    readFileSync(join(dataDir, 'state.json'), 'utf8'),
  );
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const init = children.find((child) => commandLine(child).includes(' init '));
  if (init === undefined) throw new Error(`process ${pid} has no init among ${children.join(', ')}`);
  const [, , third = 0, fourth = 0] = new URL(server).hostname.split('.').map(Number);
  const half = new URL(server).hostname.startsWith('198.19.') ? 1 << 16 : 0;
  const cgroup = /--cgroup=\/(\S+)/.exec(
    processes()
      .map(commandLine)
      .find((line) => line.includes('--cgroup=') && line.includes(dataDir)) ?? '',
  )?.[1];
  return {
    dataDir,
    processNamespace: readlinkSync(`/proc/${init}/ns/pid`),
    link: `hearth${(half + third * 256 + fourth) >> 2}`,
    cgroup: cgroup ?? '',
    rules,
  };
}

/** Everything there is of a node on the host, each in words; nothing is assumed, everything is looked at. */
export function nodeTraces(marks: NodeMarks): string[] {
  const inside = processes().filter((pid) => isInside(pid, marks));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...inside.map((pid) => `process ${pid}: ${commandLine(pid).slice(0, 80)}`),
    ...mounts.filter((line) => line.includes(marks.dataDir)).map((line) => `mount ${line}`),
    ...(existsSync(`/sys/class/net/${marks.link}`) ? [`link ${marks.link}`] : []),
    ...globSync(`/sys/fs/cgroup/{,*/}${marks.cgroup}`).map((path) => `cgroup ${path}`),
    ...(hostRules() === marks.rules ? [] : ['iptables rules of the host have changed']),
    ...(existsSync(marks.dataDir) ? [`folder ${marks.dataDir}`] : []),
  ];
}

/** The host's iptables rules, without what changes by itself. */
export function hostRules(): string {
  const output = execFileSync('iptables-save', { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return output.replaceAll(/^#.*\n/gm, '').replaceAll(/\[\d+:\d+\]/g, '');
}

function processes(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function isInside(pid: string, marks: NodeMarks): boolean {
  if (commandLine(pid).includes(marks.dataDir)) return true;
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === marks.processNamespace;
  } catch {
    return false; // it has just ended
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
