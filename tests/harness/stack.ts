import { z } from 'zod';
import {
  type Component,
  CustomResource,
  type CustomResourceOptions,
  componentsStatus,
  createCustomResourceDefinition,
  type Manifest,
  type Parsed,
} from '../../src/framework/framework.ts';
import { GROUP } from '../../src/resources/group.ts';

/** A kind of several components, to show what the framework makes of them. */

const image = (name: string) => z.string().default(`example/${name}:1`).describe(`The image of the ${name}.`);

const specSchema = z.object({
  databaseImage: image('database'),
  databaseClaim: z
    .string()
    .optional()
    .describe('A size: gives the database a claim template, which cannot be changed.'),
  migrationImage: image('migration'),
  webImage: image('web'),
  webReplicas: z.int().min(0).default(1).describe('Pods of the web part.'),
  cache: z.boolean().default(false).describe('Whether there is a cache.'),
  files: z.boolean().default(false).describe('Whether there is a claim for files.'),
  widget: z.boolean().default(false).describe('Whether there is a Widget, whose API a test installs.'),
  recreate: z.boolean().default(false).describe('Whether the migration is made anew when it cannot be changed.'),
  isOrdered: z.boolean().default(false).describe('Whether the parts end in order.'),
});

/** A Widget is of nobody: its CRD comes and goes. */
export const WIDGETS = { group: 'tests.hearth.internal', version: 'v1', kind: 'Widget', plural: 'widgets' };

type StackInput = { readonly name: string; readonly namespace: string; readonly spec: Parsed<typeof specSchema> };

type Pods = { readonly name: string; readonly image: string; readonly restartPolicy?: string };

function metadataOf({ name, namespace }: StackInput, part: string) {
  return { name: `${name}-${part}`, namespace };
}

function template({ name, image, restartPolicy }: Pods) {
  const spec = { containers: [{ name: 'main', image }], ...(restartPolicy ? { restartPolicy } : {}) };
  return { metadata: { labels: { app: name } }, spec };
}

function deployment(input: StackInput, part: string, pods: { image: string; replicas?: number }): Manifest {
  const metadata = metadataOf(input, part);
  const { replicas = 1, image } = pods;
  const spec = {
    replicas,
    selector: { matchLabels: { app: metadata.name } },
    template: template({ name: metadata.name, image }),
  };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as Manifest;
}

function service(input: StackInput, part: string): Manifest {
  const metadata = metadataOf(input, part);
  const spec = { selector: { app: metadata.name }, ports: [{ name: 'http', port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec } as Manifest;
}

function claimSpec(size: string) {
  return { accessModes: ['ReadWriteOnce'], storageClassName: 'standard', resources: { requests: { storage: size } } };
}

const config: Component<StackInput> = {
  name: 'config',
  kinds: [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'v1', kind: 'Secret' },
  ],
  manifests: (input) => [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadataOf(input, 'config'),
      data: { for: input.name },
    } as Manifest,
    { apiVersion: 'v1', kind: 'Secret', metadata: metadataOf(input, 'login'), data: { user: 'stack' } } as Manifest,
  ],
};

const database: Component<StackInput> = {
  name: 'database',
  kinds: [
    { apiVersion: 'v1', kind: 'Service' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  ],
  needs: [config],
  replace: 'recreate',
  manifests: (input) => {
    const metadata = metadataOf(input, 'database');
    const { databaseClaim, databaseImage } = input.spec;
    const claims = [{ metadata: { name: 'data' }, spec: claimSpec(databaseClaim ?? '') }];
    const spec = {
      replicas: 1,
      serviceName: metadata.name,
      selector: { matchLabels: { app: metadata.name } },
      template: template({ name: metadata.name, image: databaseImage }),
      ...(databaseClaim ? { volumeClaimTemplates: claims } : {}),
    };
    return [service(input, 'database'), { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec } as Manifest];
  },
};

/** Two components of one name would be a slip, so the input decides between two lists. */
function migrationThat(replace: 'never' | 'recreate'): Component<StackInput> {
  return {
    name: 'migration',
    kinds: [{ apiVersion: 'batch/v1', kind: 'Job' }],
    needs: [database],
    replace,
    manifests: (input) => {
      const metadata = metadataOf(input, 'migration');
      const pods = template({ name: metadata.name, image: input.spec.migrationImage, restartPolicy: 'Never' });
      return [{ apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { backoffLimit: 0, template: pods } } as Manifest];
    },
  };
}

const cache: Component<StackInput> = {
  name: 'cache',
  kinds: [{ apiVersion: 'apps/v1', kind: 'Deployment' }],
  when: ({ spec }) => spec.cache,
  manifests: (input) => [deployment(input, 'cache', { image: 'example/cache:1' })],
};

const files: Component<StackInput> = {
  name: 'files',
  kinds: [
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    { apiVersion: 'v1', kind: 'ConfigMap' },
  ],
  when: ({ spec }) => spec.files,
  manifests: (input) => {
    const metadata = metadataOf(input, 'files');
    return [
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claimSpec('1Gi') } as Manifest,
      { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} } as Manifest,
    ];
  },
};

const widget: Component<StackInput> = {
  name: 'widget',
  kinds: [{ apiVersion: `${WIDGETS.group}/${WIDGETS.version}`, kind: WIDGETS.kind, reportsReady: true }],
  when: ({ spec }) => spec.widget,
  manifests: (input) => [
    { apiVersion: `${WIDGETS.group}/${WIDGETS.version}`, kind: WIDGETS.kind, metadata: metadataOf(input, 'widget') },
  ],
};

function stackComponents(replace: 'never' | 'recreate'): Component<StackInput>[] {
  const migration = migrationThat(replace);
  const web: Component<StackInput> = {
    name: 'web',
    kinds: [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'Service' },
    ],
    needs: [config, migration, cache],
    manifests: (input) => {
      const { webImage, webReplicas } = input.spec;
      return [deployment(input, 'web', { image: webImage, replicas: webReplicas }), service(input, 'web')];
    },
  };
  // What needs nothing comes last, so that the order of the work cannot be that of the list.
  return [web, migration, database, widget, files, cache, config];
}

class StackResource extends CustomResource<typeof specSchema> {
  readonly #components: readonly Component<StackInput>[];

  constructor(options: CustomResourceOptions<typeof specSchema>) {
    super(options);
    this.#components = stackComponents(this.spec.recreate ? 'recreate' : 'never');
    if (this.spec.isOrdered) {
      this.finalize = async () => await this.removeComponents(this.#components);
    }
  }

  override reconcile = async (): Promise<void> => {
    const { name, namespace, spec } = this;
    await this.reconcileComponents(this.#components, { name, namespace, spec });
  };
}

export const stackDefinition = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'Stack',
  names: { plural: 'stacks', singular: 'stack' },
  spec: specSchema,
  status: z.object({ ...componentsStatus }),
  create: (options) => new StackResource(options),
});

/** The rights of the kind, which are not among those that Hearth ships with. */
export const STACK_RIGHTS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'hearth-stack' },
    rules: [
      { apiGroups: [GROUP], resources: ['stacks'], verbs: ['list', 'watch', 'patch'] },
      { apiGroups: [GROUP], resources: ['stacks/status'], verbs: ['patch'] },
      ...[
        { apiGroups: ['apps'], resources: ['deployments', 'statefulsets'] },
        { apiGroups: [''], resources: ['configmaps', 'services', 'persistentvolumeclaims', 'secrets'] },
        { apiGroups: ['batch'], resources: ['jobs'] },
        { apiGroups: [WIDGETS.group], resources: [WIDGETS.plural] },
      ].map((rule) => ({ ...rule, verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] })),
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'hearth-stack' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'hearth-stack' },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];
