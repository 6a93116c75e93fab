import { crdOf, DefinitionError } from '../src/cli/crds.ts';
import { createWebhookConfigurations } from '../src/framework/framework.ts';
import { definitions } from '../src/resources/resources.ts';
import { generateChart } from './chart.ts';
import { dashboardConfigMap, dashboardJson } from './dashboard.ts';
import { checkDescriptions } from './generate/descriptions.ts';
import { generatePages } from './generate/pages.ts';
import { generateSamples } from './generate/samples.ts';
import { kustomizationOf, toYaml, writeFiles, writeFolder } from './generated-file.ts';
import { rbacFiles } from './rbac.ts';

/** As the Service in `manifests/components/webhook` has it. */
const WEBHOOK_SERVICE = { namespace: 'hearth-system', name: 'hearth-webhook', port: 443 };

/** Writes one CRD per kind and the kustomization that lists them; removes those of kinds that are gone. */
async function generateCrds(): Promise<void> {
  const crds = definitions.map(crdOf);
  const files = new Map(crds.map((crd) => [`${crd.metadata.name}.yaml`, toYaml(crd)]));
  const names = [...files.keys()].sort();
  await writeFolder('manifests/crds', files.set('kustomization.yaml', kustomizationOf(names)));
  console.log(`manifests/crds: ${names.length} kinds`);
}

/** Writes whom the API server asks, from what the kinds check. */
async function generateWebhooks(): Promise<void> {
  const configurations = createWebhookConfigurations(WEBHOOK_SERVICE.name, definitions, (path) => ({
    service: { ...WEBHOOK_SERVICE, path: `/${path}` },
  }));
  await writeFiles('manifests/components/webhook', new Map([['configurations.yaml', toYaml(...configurations)]]));
  console.log(`manifests/components/webhook: ${configurations.length} configurations`);
}

/** Writes what the operator and its users may do, from what the kinds declare. */
async function generateRbac(): Promise<void> {
  for (const [folder, files] of rbacFiles(definitions, WEBHOOK_SERVICE.name)) {
    // Where all is generated, what no kind needs any more goes.
    await (files.has('kustomization.yaml') ? writeFolder : writeFiles)(`manifests/${folder}`, files);
  }
  console.log(`manifests/rbac: the rights of ${definitions.length} kinds`);
}

/** Writes the dashboard twice: for Grafana's sidecar, and for people who import it. */
async function generateDashboard(): Promise<void> {
  const files = new Map([
    ['dashboard.yaml', toYaml(dashboardConfigMap())],
    ['dashboard.json', dashboardJson()],
  ]);
  await writeFiles('manifests/components/monitoring', files);
}

async function generate(): Promise<void> {
  definitions.forEach(checkDescriptions);
  await generateCrds();
  await generateWebhooks();
  await generateRbac();
  await generateDashboard();
  await generateChart();
  console.log('charts/hearth: from manifests');
  await generateSamples();
  await generatePages();
}

await generate().catch((error: unknown) => {
  if (!(error instanceof DefinitionError)) {
    throw error;
  }
  console.error(error.message); // the author's to mend, and no stack leads there
  process.exitCode = 1;
});
