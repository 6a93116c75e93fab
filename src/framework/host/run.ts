import { setTimeout as delay } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { messageOf } from '../api/errors.ts';
import type { Logger } from '../observe/logger.ts';
import { OperatorHost, type OperatorHostOptions } from './operator-host.ts';

/** How long a stop may take before the process ends anyway; less than the 30 s that a pod is given. */
const STOP_DEADLINE_MS = 25_000;

/**
 * Loads the kubeconfig: `KUBECONFIG`, else `~/.kube/config`, else the pod's ServiceAccount.
 * @throws Error that says where it looked.
 */
export function loadKubeConfig(): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    kubeConfig.loadFromDefault();
  } catch (error) {
    const place = process.env['KUBECONFIG'] ?? '~/.kube/config';
    throw new Error(`The kubeconfig ${place} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return kubeConfig;
}

/**
 * Runs an operator until SIGTERM or SIGINT, then stops it gracefully and ends the process: with status 0, or 1 when
 * stopping took too long.
 */
export async function runOperator(options: OperatorHostOptions): Promise<OperatorHost> {
  // Nothing stops writing as surely as the end of the process.
  const host = new OperatorHost({ onLeaseLost: () => process.exit(1), ...options });
  let stopping = false;
  const stop = (signal: string): void => {
    if (!stopping) {
      stopping = true;
      options.logger.info('stopping', { signal });
      void stopWithin(host, options.logger).then((code) => process.exit(code));
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => {
    options.logger.error('a promise was left without a handler', { error: messageOf(error) });
  });
  await host.start();
  return host;
}

async function stopWithin(host: OperatorHost, logger: Logger): Promise<number> {
  const late = delay(STOP_DEADLINE_MS, 1, { ref: false });
  const stopped = host.stop().then(
    () => 0,
    (error: unknown) => {
      logger.error('stopping failed', { error: messageOf(error) });
      return 1;
    },
  );
  return await Promise.race([stopped, late]);
}
