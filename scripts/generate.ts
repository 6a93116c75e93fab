import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createCrdManifest, createWebhookConfigurations } from '../src/framework/framework.ts';
import { definitions } from '../src/resources/resources.ts';

const CRD_FOLDER = join(import.meta.dirname, '../manifests/crds');
const WEBHOOK_FOLDER = join(import.meta.dirname, '../manifests/webhook');

/** As the Service in `manifests/webhook` has it. */
const WEBHOOK_SERVICE = { namespace: 'hearth-system', name: 'hearth-webhook', port: 443 };

/** Where objects of kinds with several versions are converted. */
const CONVERTER = { service: { ...WEBHOOK_SERVICE, path: '/convert' } };

const HEADER = '# Generated from the Zod schemas by `npm run generate`: do not edit.\n';

/** Writes one CRD per kind and the kustomization that lists them; removes those of kinds that are gone. */
async function generateCrds(): Promise<void> {
  const crds = definitions.map((definition) => createCrdManifest(definition, CONVERTER));
  const files = new Map(crds.map((crd) => [`${crd.metadata.name}.yaml`, toYaml(crd)]));
  const names = [...files.keys()].sort();
  files.set(
    'kustomization.yaml',
    toYaml({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: names }),
  );
  await mkdir(CRD_FOLDER, { recursive: true });
  const stale = (await readdir(CRD_FOLDER)).filter((name) => !files.has(name));
  await Promise.all(stale.map((name) => rm(join(CRD_FOLDER, name))));
  await Promise.all([...files].map(([name, text]) => writeFile(join(CRD_FOLDER, name), text)));
  console.log(`manifests/crds: ${names.length} kinds`);
}

/** Writes whom the API server asks, from what the kinds check. */
async function generateWebhooks(): Promise<void> {
  const { name } = WEBHOOK_SERVICE;
  const configurations = createWebhookConfigurations(name, definitions, (path) => ({
    service: { ...WEBHOOK_SERVICE, path: `/${path}` },
  }));
  const text = HEADER + configurations.map((each) => stringify(each, { lineWidth: 120 })).join('---\n');
  await writeFile(join(WEBHOOK_FOLDER, 'configurations.yaml'), text);
  console.log(`manifests/webhook: ${configurations.length} configurations`);
}

function toYaml(value: unknown): string {
  return HEADER + stringify(value, { lineWidth: 120, aliasDuplicateObjects: false });
}

await generateCrds();
await generateWebhooks();
