import { createLogger, loadKubeConfig } from 'hearth/framework';
import { Conformance, oracles } from 'hearth/framework/testing/conformance';
import { greetingDefinition } from './greeting.ts';

/**
 * Tries the kind by everything that Hearth's own kinds are tried by, in a namespace that nobody else uses, of a cluster
 * that has the CRD and no operator of it: `npm run conformance -- my-namespace`.
 */
const kubeConfig = loadKubeConfig();
const [namespace = 'default'] = process.argv.slice(2);

const conformance = new Conformance({
  // Rights are compared by the audit log, and who cannot read it has none to compare.
  cluster: { namespace, admin: kubeConfig, operator: kubeConfig, grants: () => [] },
  definition: greetingDefinition,
  sample: {
    apiVersion: 'outside.example.com/v1',
    kind: 'Greeting',
    metadata: { name: 'sample' },
    spec: { text: 'good morning' },
  },
  logger: createLogger({ level: 'error', format: 'text' }),
});
try {
  for (const oracle of oracles) {
    await conformance.try(oracle);
    process.stdout.write(`${oracle}: passed\n`);
  }
  const faults = [...conformance.statusFaults(), ...(await conformance.secretsTold())];
  if (faults.length > 0) {
    throw new Error(faults.join('; '));
  }
} finally {
  await conformance.end();
}
