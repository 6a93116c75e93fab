import { createLogger, loadKubeConfig, runOperator } from 'hearth/framework';
import { greetingDefinition } from './greeting.ts';

/** Looks after all Greetings of the cluster that KUBECONFIG names, until it is told to end. */
await runOperator({
  kubeConfig: loadKubeConfig(),
  definitions: [greetingDefinition],
  logger: createLogger({ level: 'info', format: 'json' }),
  port: 0,
});
