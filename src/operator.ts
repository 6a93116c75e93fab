import { readConfig } from './config.ts';
import { createLogger, loadKubeConfig, messageOf, runOperator } from './framework/framework.ts';
import { definitions } from './resources/resources.ts';

/** Puts the operator together and runs it until it is told to stop. */
async function main(): Promise<void> {
  const { log, ...config } = readConfig(process.env, process.stderr.isTTY === true);
  const logger = createLogger(log);
  await runOperator({ ...config, kubeConfig: loadKubeConfig(), definitions, logger });
}

try {
  await main();
} catch (error) {
  process.stderr.write(`hearth: ${messageOf(error)}\n`);
  process.exit(1);
}
