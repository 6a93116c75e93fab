import { pathToFileURL } from 'node:url';
import { readConfig } from '../../src/config.ts';
import {
  type AnyDefinition,
  type CustomResourceDefinition,
  createLogger,
  loadKubeConfig,
  runOperator,
} from '../../src/framework/framework.ts';

/**
 * An operator for the definitions of other modules: their paths stand in HEARTH_TEST_DEFINITIONS, separated by commas.
 * Everything but the list of kinds is as in the real one.
 */
const paths = (process.env['HEARTH_TEST_DEFINITIONS'] ?? '').split(',');
const modules: readonly Readonly<Record<string, unknown>>[] = await Promise.all(
  paths.map((path) => import(pathToFileURL(path).href)),
);
const definitions = modules.flatMap((module) => Object.values(module).filter(isDefinition));

const { log, ...config } = readConfig(process.env, false);
await runOperator({ ...config, kubeConfig: loadKubeConfig(), definitions, logger: createLogger(log) });

function isDefinition(value: unknown): value is AnyDefinition & CustomResourceDefinition {
  return typeof value === 'object' && value !== null && 'kind' in value && 'create' in value;
}
