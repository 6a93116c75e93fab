import { stringify } from 'yaml';

/** What the chart takes over from the manifests and from package.json. */
export type ChartDefaults = {
  readonly version: string;
  readonly description: string;
  readonly replicas: number;
  readonly resources: unknown;
};

/** `Chart.yaml`. */
export function chartYaml({ version, description }: ChartDefaults): string {
  return stringify({
    apiVersion: 'v2',
    name: 'hearth',
    description,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
    annotations: { 'artifacthub.io/license': 'Apache-2.0' },
  });
}

/** `values.yaml`, with a comment for each value. */
export function valuesYaml({ replicas, resources }: ChartDefaults): string {
  const section = (comment: string, values: object) => `# ${comment}\n${stringify(values)}`;
  return [
    section('Where the image is: build and push it yourself. The tag is the version of the chart unless given.', {
      image: { repository: 'hearth', tag: '' },
    }),
    section('Names of Secrets with the login to its registry: [{name: my-registry}].', { imagePullSecrets: [] }),
    section('With more than one, one works and the others stand by; there is then a disruption budget too.', {
      replicas,
    }),
    section('The namespaces to look after, which have to be there; all when empty. Rights are given only there.', {
      watchNamespaces: [],
    }),
    section('Further environment variables, as docs/install.md lists them: {LOG_LEVEL: debug}.', { env: {} }),
    section('What the pods ask for, and where they may run.', { resources, nodeSelector: {}, tolerations: [] }),
    section('Whether the CRDs come with the chart, and are upgraded with it. They stay when it is uninstalled.', {
      crds: { install: true },
    }),
    section('Tells users at once what is wrong with an object. Certificates are made by Hearth, or by cert-manager.', {
      webhook: { enabled: false, certManager: false },
    }),
    section('ServiceMonitor, alerts and dashboard; needs the CRDs of the Prometheus operator.', {
      monitoring: { enabled: false },
    }),
    section('Who reaches the pods.', { networkPolicy: { enabled: false } }),
  ].join('\n');
}

const flag = { type: 'boolean' };
const strict = (properties: object) => ({ type: 'object', additionalProperties: false, properties });

/** `values.schema.json`: Helm refuses what is misspelt. */
export function valuesSchema(): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...strict({
      global: { type: 'object' },
      image: strict({ repository: { type: 'string', minLength: 1 }, tag: { type: 'string' } }),
      imagePullSecrets: { type: 'array', items: strict({ name: { type: 'string' } }) },
      replicas: { type: 'integer', minimum: 0 },
      watchNamespaces: { type: 'array', uniqueItems: true, items: { type: 'string', minLength: 1 } },
      env: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
      resources: { type: 'object' },
      nodeSelector: { type: 'object' },
      tolerations: { type: 'array' },
      crds: strict({ install: flag }),
      webhook: strict({ enabled: flag, certManager: flag }),
      monitoring: strict({ enabled: flag }),
      networkPolicy: strict({ enabled: flag }),
    }),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
