import { KubeConfig } from '@kubernetes/client-node';
import { messageOf } from '../api/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { doneWithin } from './deadline.ts';
import { OperatorHost, type OperatorHostOptions } from './operator-host.ts';

/** How long a stop may take before the process ends anyway, unless said otherwise; less than the 30 s that a pod is given. */
const STOP_DEADLINE_MS = 25_000;

export type RunOptions = OperatorHostOptions & {
  /** How long a stop may take, in milliseconds; less than the grace period of the pod. */
  readonly stopMs?: number;
};

/** Which kubeconfig, and which context of it, if not the usual ones. */
export type KubeConfigChoice = { readonly path?: string | undefined; readonly context?: string | undefined };

/**
 * Loads the kubeconfig: the one that is named, else `KUBECONFIG`, else `~/.kube/config`, else the pod's ServiceAccount.
 * @throws Error that says where it looked, or which contexts there are.
 */
export function loadKubeConfig({ path, context }: KubeConfigChoice = {}): KubeConfig {
  const kubeConfig = new KubeConfig();
  const place = path ?? process.env['KUBECONFIG'] ?? '~/.kube/config';
  try {
    path === undefined ? kubeConfig.loadFromDefault() : kubeConfig.loadFromFile(path);
  } catch (error) {
    throw new Error(`The kubeconfig ${place} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (context !== undefined) {
    const names = kubeConfig.getContexts().map(({ name }) => name);
    if (!names.includes(context)) {
      throw new Error(`The kubeconfig ${place} has no context ${context}, only ${names.join(', ')}`);
    }
    kubeConfig.setCurrentContext(context);
  }
  return kubeConfig;
}

/**
 * Runs an operator until SIGTERM or SIGINT, then stops it gracefully and ends the process: with status 0, or 1 when
 * something did not end in time. A second signal tells running runs to end at once.
 */
export async function runOperator({ stopMs = STOP_DEADLINE_MS, ...options }: RunOptions): Promise<OperatorHost> {
  const { logger } = options;
  // Nothing stops writing as surely as the end of the process.
  const host = new OperatorHost({ onLeaseLost: () => process.exit(1), ...options });
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) {
      logger.info('stopping at once', { signal });
      host.abortRuns();
      return;
    }
    stopping = true;
    logger.info('stopping', { signal });
    void exitCodeOf(host.stop(stopMs * 0.9), { withinMs: stopMs, logger }).then((code) => process.exit(code));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => {
    logger.error('a promise was left without a handler', { error: messageOf(error) });
  });
  await host.start();
  return host;
}

async function exitCodeOf(stopped: Promise<void>, limits: { withinMs: number; logger: Logger }): Promise<number> {
  const { withinMs, logger } = limits;
  try {
    if (await doneWithin(withinMs, stopped)) {
      return 0;
    }
    logger.error('stopping took too long', { seconds: withinMs / 1000 });
  } catch (error) {
    logger.error('stopping failed', { error: messageOf(error) });
  }
  return 1;
}
