import { readConfig } from '../config.ts';
import { createLogger, loadKubeConfig, runOperator } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';

/**
 * Puts the operator together and runs it until it is told to stop.
 * @throws Error when the environment or the kubeconfig is not right.
 */
export async function run(): Promise<void> {
  const { log, ...config } = readConfig(process.env, process.stderr.isTTY === true);
  const logger = createLogger(log);
  await runOperator({ ...config, kubeConfig: loadKubeConfig(), definitions, logger });
}
