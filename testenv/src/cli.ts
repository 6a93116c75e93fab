import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './build.ts';
import { cacheRoot } from './cache.ts';
import type { StartableProfile } from './capabilities.ts';
import { requireNodeAndPlatform } from './guard.ts';
import { prepareLaunch } from './launch.ts';
import { alive } from './lock.ts';
import { loadImage } from './node-images.ts';
import { command, type SupervisorState, startSupervisor } from './supervisor.ts';

const usage = `testenv: a real Kubernetes control plane for development, on this machine

  testenv up [--profile full|api|node] [--durable]
                                                start one in the background (builds it the first time)
  testenv down                                  end it and remove everything of it
  testenv status                                what every component is doing
  testenv kubeconfig                            print the path of the administrator's kubeconfig
  testenv logs [COMPONENT] [--follow]           print the log of a component (default: supervisor)
  testenv restart|kill|pause|resume COMPONENT   etcd, apiserver, controller-manager, scheduler, kwok;
                                                in profile node also containerd, kubelet, kube-proxy, coredns
  testenv load ARCHIVE                          load an image into the node (docker save or OCI archive)
  testenv compact                               throw away etcd's history
  testenv build                                 build without starting
  testenv assets                                print the folder to give others as KUBEBUILDER_ASSETS
  testenv help

--name N chooses among several (default: "default").
HEARTH_TESTENV_CACHE says where builds are kept (default: ~/.cache/hearth-testenv).`;

interface Call {
  readonly folder: string;
  readonly words: readonly string[];
  readonly profile: StartableProfile;
  readonly durable: boolean;
  readonly follow: boolean;
}

const progress = (line: string): void => void process.stderr.write(`testenv: ${line}\n`);

const commands: Readonly<Record<string, (call: Call) => Promise<void>>> = {
  up,
  down,
  status,
  kubeconfig: async (call) => console.log(running(call).kubeconfig),
  logs,
  restart: fault,
  kill: fault,
  pause: fault,
  resume: fault,
  compact: async (call) => {
    const { revision } = await command(running(call).socket, 'compact');
    console.log(`compacted at revision ${revision}`);
  },
  load: async (call) => {
    const archive = call.words[1];
    if (archive === undefined) throw new Error('load what? Give an archive');
    const { profile, dataDir } = running(call);
    console.log((await loadImage({ profile, dataDir, without: [] }, archive)).join('\n'));
  },
  build: async () => void (await ensureBuilt('full', progress)),
  assets: async () => console.log((await ensureBuilt('full', progress)).binDir),
  help: async () => console.log(usage),
};

async function up(call: Call): Promise<void> {
  const before = state(call.folder);
  if (before !== undefined) {
    console.log(`It is already up (process ${before.pid}).`);
    explain(before);
    return;
  }
  rmSync(call.folder, { recursive: true, force: true });
  const launch = await prepareLaunch({ profile: call.profile, durable: call.durable, progress });
  const args = launch.args(call.folder);
  const started = await startSupervisor({ binary: launch.binary, args, hold: 'signal' });
  console.log(`Kubernetes is up (profile ${started.state.profile}, ${started.state.startedInMs / 1000} s).`);
  explain(started.state);
}

function explain(up: SupervisorState): void {
  console.log(
    `\n  export KUBECONFIG=${up.kubeconfig}\n\nIts folder is ${up.dataDir}. "testenv down" removes everything.`,
  );
}

async function down(call: Call): Promise<void> {
  const before = state(call.folder);
  if (before === undefined) {
    rmSync(call.folder, { recursive: true, force: true });
    console.log('It is not up.');
    return;
  }
  await command(before.socket, 'stop');
  while (alive(before.pid)) await delay(20);
  console.log('It is down.');
}

async function status(call: Call): Promise<void> {
  const { socket, server, profile } = running(call);
  const { components } = await command(socket, 'status');
  console.log(`${server} (profile ${profile})`);
  for (const [name, component] of Object.entries(components as SupervisorState['components'])) {
    console.log(`  ${name.padEnd(24)} ${component.state.padEnd(8)} pid ${component.pid} port ${component.port || '-'}`);
  }
}

async function logs(call: Call): Promise<void> {
  const { dataDir } = running(call);
  const folder = join(dataDir, 'logs');
  const names = readdirSync(folder).map((name) => name.replace(/\.log$/, ''));
  const wanted = call.words[1] ?? 'supervisor';
  const name = names.find((known) => known === wanted || known === `kube-${wanted}`);
  if (name === undefined) throw new Error(`no log of ${wanted}; there are ${names.join(', ')}`);
  const args = [...(call.follow ? ['-F'] : []), '-n', '+1', join(folder, `${name}.log`)];
  const child = spawn('tail', args, { stdio: 'inherit' });
  await new Promise((resolve) => child.once('close', resolve));
}

async function fault(call: Call): Promise<void> {
  const [action, component] = call.words;
  if (component === undefined) throw new Error(`${action} what? Give a component`);
  await command(running(call).socket, `${action} ${component}`);
  console.log(`${action} ${component}: done`);
}

function running(call: Call): SupervisorState {
  const found = state(call.folder);
  if (found === undefined) throw new Error('it is not up; start it with "testenv up"');
  return found;
}

/** What the supervisor in a folder said when it came up, while it is still there. */
function state(folder: string): SupervisorState | undefined {
  const path = join(folder, 'state.json');
  if (!existsSync(path)) return undefined;
  const found: SupervisorState = JSON.parse(readFileSync(path, 'utf8'));
  return alive(found.pid) ? found : undefined;
}

function parse(args: string[]): Call {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: 'string', default: 'default' },
      profile: { type: 'string', default: 'full' },
      durable: { type: 'boolean', default: false },
      follow: { type: 'boolean', short: 'f', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { name, profile, durable, follow, help } = values;
  if (profile !== 'full' && profile !== 'api' && profile !== 'node') {
    throw new Error(`--profile is full, api or node, not ${profile}`);
  }
  if (!/^[a-z0-9-]{1,30}$/.test(name)) throw new Error('--name is up to 30 lower-case letters, digits and dashes');
  return { folder: join(cacheRoot(), 'run', name), words: help ? ['help'] : positionals, profile, durable, follow };
}

async function main(): Promise<void> {
  const call = parse(process.argv.slice(2));
  const run = commands[call.words[0] ?? 'help'];
  if (run === undefined) throw new Error(`unknown command ${call.words[0]}\n\n${usage}`);
  requireNodeAndPlatform();
  await run(call);
}

try {
  await main();
} catch (error) {
  console.error(`testenv: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
