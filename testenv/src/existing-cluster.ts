import { statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { findEntry } from './cache.ts';
import type { TestenvHandle } from './testenv.ts';

/** Whether the environment asks for the cluster of the ambient kubeconfig. */
export function useExistingCluster(env: NodeJS.ProcessEnv = process.env): boolean {
  return env['USE_EXISTING_CLUSTER'] === 'true';
}

/**
 * Describes the cluster of the ambient kubeconfig ($KUBECONFIG, ~/.kube/config or the pod's own); starts nothing. A
 * kubeconfig that is not one file is written into the folder that `makeFolder` returns.
 */
export function existingCluster(makeFolder: () => string, env: NodeJS.ProcessEnv = process.env): TestenvHandle {
  const config = new KubeConfig();
  config.loadFromDefault();
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error('USE_EXISTING_CLUSTER=true, but there is no kubeconfig with a current cluster');
  const ambient = env['KUBECONFIG'] ?? join(homedir(), '.kube', 'config');
  const built = findEntry('full');
  return {
    profile: 'existing',
    kubeconfig: isFile(ambient) ? ambient : exported(config, makeFolder()),
    server: cluster.server,
    caData: cluster.caData === undefined ? '' : Buffer.from(cluster.caData, 'base64').toString('utf8'),
    dataDir: '',
    kubectl: built === undefined ? 'kubectl' : join(built.binDir, 'kubectl'),
    without: [],
  };
}

function exported(config: KubeConfig, folder: string): string {
  const path = join(folder, 'kubeconfig');
  writeFileSync(path, config.exportConfig(), { mode: 0o600 });
  return path;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
