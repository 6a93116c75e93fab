import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChartTemplate } from './chart-template.ts';
import { type ChartDefaults, chartYaml, valuesSchema, valuesYaml } from './chart-values.ts';
import { writeFiles, writeFolder } from './generated-file.ts';
import { type Installed, labelled, objectsOf } from './kustomization.ts';

const ROOT = join(import.meta.dirname, '..');

/** When a component of `manifests/components` is a part of a release. */
const IF = {
  webhook: '.Values.webhook.enabled',
  'own-certificates': 'and .Values.webhook.enabled (not .Values.webhook.certManager)',
  'cert-manager': 'and .Values.webhook.enabled .Values.webhook.certManager',
  'high-availability': 'gt (int .Values.replicas) 1',
  monitoring: '.Values.monitoring.enabled',
  'network-policy': '.Values.networkPolicy.enabled',
} as const;

type Component = keyof typeof IF;

const HEADER = '{{- /* Generated from manifests by `npm run generate`: do not edit. */ -}}\n';
const LABELS = { 'app.kubernetes.io/part-of': 'hearth' };
const KEEP = { metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } };

/** Writes `charts/hearth` from `manifests`. The namespace is not a part of it: a release is made in one. */
export async function generateChart(): Promise<void> {
  const defaults = defaultsOf(object('manager/deployment.yaml'));
  await writeFiles(
    'charts/hearth',
    new Map([
      ['Chart.yaml', chartYaml(defaults)],
      ['values.yaml', valuesYaml(defaults)],
      ['values.schema.json', valuesSchema()],
    ]),
  );
  await writeFolder('charts/hearth/templates', templates());
}

function templates(): Map<string, string> {
  const files: Record<string, string> = {
    'crds.yaml': when('.Values.crds.install', ...objectsOf('crds').map(keptCrd)),
    'rbac.yaml': documents('rbac/shared'),
    'rbac-cluster.yaml': when('not .Values.watchNamespaces', documents('rbac/cluster')),
    'rbac-namespaces.yaml': namespaced(),
    'deployment.yaml': deployment(),
    'service.yaml': documents('manager/service.yaml'),
    'webhook.yaml': when(IF.webhook, webhookConfigurations(), documents('components/webhook/service.yaml')),
    'own-certificates.yaml': component('own-certificates', 'rbac.yaml'),
    'cert-manager.yaml': component('cert-manager', 'certificate.yaml', 'rbac.yaml'),
    'high-availability.yaml': component('high-availability', 'disruption-budget.yaml'),
    'monitoring.yaml': component('monitoring', 'service-monitor.yaml', 'alerts.yaml', 'dashboard.yaml'),
    'network-policy.yaml': component('network-policy', 'network-policy.yaml'),
  };
  return new Map(Object.entries(files).map(([name, text]) => [name, HEADER + text]));
}

/** What is at a place below `manifests`, as templates without anything to decide. */
function documents(path: string): string {
  return joined(objectsOf(path).map((each) => templateOf(each).render()));
}

function component(name: Component, ...files: readonly string[]): string {
  return when(IF[name], ...files.map((file) => documents(`components/${name}/${file}`)));
}

function when(condition: string, ...texts: readonly string[]): string {
  return `{{- if ${condition} }}\n${joined(texts)}{{- end }}\n`;
}

function keptCrd(crd: Installed): string {
  return templateOf({ ...crd, metadata: { ...crd.metadata, ...KEEP.metadata } }).render();
}

function namespaced(): string {
  const roles = objectsOf('rbac/namespace').map((role) => {
    const place = { ...role, metadata: { ...role.metadata, namespace: '' } };
    return `---\n${templateOf(place).value(['metadata', 'namespace'], '{{ $namespace }}').render()}`;
  });
  const each = `{{- range $namespace := .Values.watchNamespaces }}\n${roles.join('')}{{- end }}\n`;
  return each + when('.Values.watchNamespaces', `---\n${documents('rbac/elsewhere')}`);
}

const CONTAINER = ['spec', 'template', 'spec', 'containers', 0];

const IMAGE = '{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}';

/** The place of HEARTH_IMAGE among the variables, where kustomize repeats the image; a test compares the two. */
const OWN_IMAGE = 2;

function deployment(): string {
  const template = templateOf(object('manager/deployment.yaml'))
    .value(['spec', 'replicas'], '{{ .Values.replicas }}')
    .value([...CONTAINER, 'image'], IMAGE)
    .value([...CONTAINER, 'env', OWN_IMAGE, 'value'], IMAGE)
    .value([...CONTAINER, 'resources'], '{{- toYaml .Values.resources | nindent 12 }}');
  for (const name of ['webhook', 'cert-manager', 'high-availability'] as const) {
    template.patch(IF[name], object(`components/${name}/deployment.yaml`));
  }
  return template
    .lines(
      [...CONTAINER, 'env'],
      '{{- if .Values.watchNamespaces }}',
      '            - name: HEARTH_NAMESPACES',
      '              value: {{ join "," .Values.watchNamespaces | quote }}',
      '{{- end }}',
      '{{- range $name, $value := .Values.env }}',
      '            - name: {{ $name }}',
      '              value: {{ $value | quote }}',
      '{{- end }}',
    )
    .lines(['spec', 'template', 'spec'], ...['imagePullSecrets', 'nodeSelector', 'tolerations'].flatMap(optionalField))
    .render();
}

/** A field of the pods that is there when its value is not empty. */
function optionalField(name: string): string[] {
  return [`{{- with .Values.${name} }}`, `      ${name}: {{- toYaml . | nindent 8 }}`, '{{- end }}'];
}

function webhookConfigurations(): string {
  const { metadata } = object('components/cert-manager/injection.yaml') as Installed & {
    readonly metadata: { readonly annotations: object };
  };
  const patch = { metadata: { annotations: metadata.annotations } };
  const configurations = objectsOf('components/webhook/configurations.yaml');
  return joined(configurations.map((each) => templateOf(each).patch(IF['cert-manager'], patch).render()));
}

function templateOf(each: Installed): ChartTemplate {
  return new ChartTemplate(labelled(each, LABELS));
}

function object(path: string): Installed {
  const [found] = objectsOf(path);
  if (!found) {
    throw new Error(`manifests/${path} is empty`);
  }
  return found;
}

function joined(texts: readonly string[]): string {
  return texts.join('---\n');
}

type Deployment = {
  readonly replicas: number;
  readonly template: { readonly spec: { readonly containers: readonly { readonly resources: unknown }[] } };
};

function defaultsOf({ spec }: Installed): ChartDefaults {
  const { replicas, template } = spec as Deployment;
  const project = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as ChartDefaults;
  const { version, description } = project;
  return { version, description, replicas, resources: template.spec.containers[0]?.resources };
}
