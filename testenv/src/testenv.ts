import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiRequest, type ApiResponse, apiRequest } from './api-request.ts';
import { type AuditLog, openAuditLog } from './audit.ts';
import type { Progress } from './build.ts';
import { type Capability, type Profile, reasonAgainst, type StartableProfile } from './capabilities.ts';
import { existingCluster, useExistingCluster } from './existing-cluster.ts';
import { type CommandResult, type KubectlOptions, runKubectl } from './kubectl.ts';
import { prepareLaunch } from './launch.ts';
import { type ComponentState, command, startSupervisor } from './supervisor.ts';

/** The components that fault commands act on. */
export type Component =
  | 'etcd'
  | 'apiserver'
  | 'controller-manager'
  | 'scheduler'
  | 'kwok'
  | 'containerd'
  | 'kubelet'
  | 'kube-proxy'
  | 'coredns';

/** How to start a control plane. */
export interface TestenvOptions {
  /** `full` (default), `api`: etcd and kube-apiserver only, or `node`: a real kubelet instead of a simulated one. */
  readonly profile?: StartableProfile;
  /** Let etcd wait for the disk, as in production; for benchmarks. */
  readonly durable?: boolean;
  /** Further folders of CustomResourceDefinitions to install before the controllers start. */
  readonly crdDirs?: readonly string[];
  /** Install the third-party definitions and play their controllers (default: yes). */
  readonly thirdParties?: boolean;
  /** Receives a line for everything that takes long, such as a first build; default: standard error. */
  readonly progress?: Progress;
}

/** What another process needs to use the same control plane; plain data. */
export interface TestenvHandle {
  readonly profile: Profile;
  readonly kubeconfig: string;
  readonly server: string;
  readonly caData: string;
  /** Empty for an existing cluster. */
  readonly dataDir: string;
  /** The kubectl to use. */
  readonly kubectl: string;
  /** What this control plane was asked to leave out. */
  readonly without: readonly Capability[];
}

/** A control plane to test against. */
export interface Testenv {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** URL of the apiserver. */
  readonly server: string;
  /** The certificate authority of the apiserver, PEM. */
  readonly caData: string;
  /** Folder with everything of this control plane (logs, audit log); empty for an existing cluster. */
  readonly dataDir: string;
  readonly profile: Profile;
  /** What another process passes to {@link attachTestenv}. */
  readonly handle: TestenvHandle;
  /** The audit log; throws when the environment has none (ask `can('audit')`). */
  readonly audit: AuditLog;
  /** Whether this environment can do something. */
  can(capability: Capability): boolean;
  /** Why this environment lacks one of these, or nothing when it has them all; for the name of a skipped test. */
  reasonAgainst(...needs: Capability[]): string | undefined;
  /** Runs kubectl, as the administrator unless told otherwise. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<CommandResult>;
  /** Sends one request as the administrator. */
  request(request: ApiRequest): Promise<ApiResponse>;
  /** Ends a component politely (after two seconds: by force), starts it again and waits until it is ready. */
  restart(component: Component): Promise<void>;
  /** Kills a component (SIGKILL); it stays away until `restart`. */
  kill(component: Component): Promise<void>;
  /** Freezes a component (SIGSTOP): its connections stay open and nothing answers. */
  pause(component: Component): Promise<void>;
  /** Lets a frozen component go on. */
  resume(component: Component): Promise<void>;
  /**
   * Throws away etcd's history and returns the revision that is left. Reads of older revisions are answered with 410
   * Gone as soon as the apiserver does not have them in its own cache; `restart('apiserver')` empties that.
   */
  compact(): Promise<number>;
  /** What every component is doing. */
  components(): Promise<Record<string, ComponentState>>;
  /** Ends the control plane and removes everything of it. Does nothing for an attached or an existing one. */
  stop(): Promise<void>;
}

/**
 * Starts a control plane that lives until `stop()` or the end of this process, however it ends.
 *
 * With `USE_EXISTING_CLUSTER=true` it starts nothing and uses the cluster of the ambient kubeconfig. With
 * `KUBEBUILDER_ASSETS` it starts etcd and kube-apiserver from that folder (profile `api`).
 */
export async function startTestenv(options: TestenvOptions = {}): Promise<Testenv> {
  if (useExistingCluster()) {
    const folders: string[] = [];
    const handle = existingCluster(() => {
      const folder = mkdtempSync(join(tmpdir(), 'hearth-testenv-existing-'));
      folders.push(folder);
      return folder;
    });
    return createTestenv(handle, async () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });
  }
  const launch = await prepareLaunch(options);
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-testenv-'));
  try {
    const args = launch.args(dataDir);
    const running = await startSupervisor({ binary: launch.binary, args, hold: 'stdin' });
    const { profile, kubeconfig, server, caData } = running.state;
    const handle = { profile, kubeconfig, server, caData, dataDir, kubectl: launch.kubectl, without: leftOut(options) };
    return createTestenv(handle, running.stop);
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** Uses a control plane that another process started; `stop()` leaves it alone. */
export function attachTestenv(handle: TestenvHandle): Testenv {
  return createTestenv(handle, async () => undefined);
}

function leftOut(options: TestenvOptions): readonly Capability[] {
  return options.thirdParties === false ? ['third-party-definitions'] : [];
}

function createTestenv(handle: TestenvHandle, stop: () => Promise<void>): Testenv {
  const { dataDir } = handle;
  const need = (capability: Capability): void => {
    const reason = reasonAgainst(handle, [capability]);
    if (reason !== undefined) throw new Error(reason);
  };
  const order = async (line: string): Promise<Record<string, unknown>> => {
    need('faults');
    return await command(join(dataDir, 'supervisor.sock'), line);
  };
  const orderVoid = async (line: string): Promise<void> => void (await order(line));
  return {
    ...handle,
    handle,
    get audit() {
      need('audit');
      return openAuditLog(join(dataDir, 'audit.log'));
    },
    can: (capability) => reasonAgainst(handle, [capability]) === undefined,
    reasonAgainst: (...needs) => reasonAgainst(handle, needs),
    kubectl: (args, options = {}) => {
      const cacheDir = dataDir === '' ? undefined : join(dataDir, 'kubectl-cache');
      return runKubectl(handle.kubectl, args, { kubeconfig: handle.kubeconfig, ...options, cacheDir });
    },
    request: (request) => apiRequest(handle.kubeconfig, request),
    restart: (component) => orderVoid(`restart ${component}`),
    kill: (component) => orderVoid(`kill ${component}`),
    pause: (component) => orderVoid(`pause ${component}`),
    resume: (component) => orderVoid(`resume ${component}`),
    compact: async () => Number((await order('compact'))['revision']),
    components: async () => (await order('status'))['components'] as Record<string, ComponentState>,
    stop,
  };
}
