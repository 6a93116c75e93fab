import type { KubeConfig } from '@kubernetes/client-node';
import type { Command } from 'commander';
import { type AnyDefinition, loadKubeConfig, Transport } from '../framework/framework.ts';

/** Which cluster is meant, and which namespace of it. */
export type ClusterFlags = {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
};

/** Gives a command the options that name a cluster. */
export function withKubeConfigOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'the kubeconfig, instead of KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'the context of the kubeconfig, instead of the current one');
}

/** Gives a command the options that name a cluster and a namespace of it. */
export function withClusterOptions(command: Command, namespaceMeaning = 'the namespace; that of the context'): Command {
  return withKubeConfigOptions(command).option('-n, --namespace <namespace>', namespaceMeaning);
}

/** The kubeconfig that flags name. */
export function kubeConfigOf({ kubeconfig, context }: ClusterFlags): KubeConfig {
  return loadKubeConfig({ path: kubeconfig, context });
}

/** The namespace that flags name, else that of the context, else `default`: as kubectl has it. */
export function namespaceOf(flags: ClusterFlags, kubeConfig: KubeConfig): string {
  const ofContext = kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace;
  return flags.namespace ?? (ofContext || 'default');
}

/** A cluster that a command talks to. */
export class Cluster {
  readonly kubeConfig: KubeConfig;
  readonly namespace: string;
  readonly transport: Transport;

  constructor(flags: ClusterFlags) {
    this.kubeConfig = kubeConfigOf(flags);
    this.namespace = namespaceOf(flags, this.kubeConfig);
    this.transport = new Transport(this.kubeConfig, { userAgent: 'hearth-cli' });
  }

  /** The namespace of an object of this kind; nothing for one of the whole cluster. */
  namespaceFor({ scope }: AnyDefinition): string | undefined {
    return scope === 'Cluster' ? undefined : this.namespace;
  }
}

/** Does some work on the cluster that flags name, and closes the connections after it. */
export async function onCluster<T>(flags: ClusterFlags, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = new Cluster(flags);
  try {
    return await work(cluster);
  } finally {
    cluster.transport.close();
  }
}
