import fc from 'fast-check';

type Content = Readonly<Record<string, unknown>>;

/** A kind to write, with what its writers may want. */
export type Sample = {
  readonly apiVersion: string;
  readonly kind: string;
  /** What is applied: everything but the identity. */
  readonly content: fc.Arbitrary<Content>;
  /** What somebody changes by a merge patch. */
  readonly update: fc.Arbitrary<Content>;
  readonly definition?: Content;
};

const word = fc.constantFrom('a', 'b', 'c');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** An object with some of these fields; those that are not drawn are not there. */
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });

const labels = some({ team: word, empty: fc.constant('') });
const metadata = some({ labels, annotations: some({ note: word, empty: fc.constant('') }) });
const strings = fc.array(fc.constantFrom('', 'a', 'b', 'c'), { maxLength: 3 });

const configMap: Sample = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  content: some({
    metadata,
    data: some({ one: fc.constantFrom('', 'x', 'y'), two: word, three: word }),
  }),
  update: some({
    data: fc.oneof(fc.constant(null), some({ one: fc.option(word), two: fc.option(word), other: word })),
    metadata: some({ labels: some({ team: fc.option(word) }), annotations: some({ note: fc.option(word) }) }),
  }),
};

const requests = some({
  cpu: fc.constantFrom('1000m', '1', '0.5', '500m', '0'),
  memory: fc.constantFrom('1Gi', '1024Mi', '0'),
});
const resources = some({ requests, limits: some({ cpu: fc.constantFrom('2', '2000m', '4') }) });
const env = fc.uniqueArray(some({ name: word, value: fc.constantFrom('', 'x', 'y') }), {
  selector: ({ name }) => name ?? 'a',
  maxLength: 3,
});
const ports = fc.uniqueArray(
  fc.record(
    { containerPort: fc.constantFrom(80, 81), protocol: fc.constantFrom('TCP', 'UDP'), name: word },
    { requiredKeys: ['containerPort'] },
  ),
  { selector: ({ containerPort, protocol = 'TCP' }) => `${containerPort}${protocol}`, maxLength: 3 },
);
const uniqueNames = <T extends { name?: string }>(list: readonly T[]) =>
  list.map((item, index) => ('name' in item ? { ...item, name: `${item.name}${index}` } : item));

const container = fc.record(
  {
    name: fc.constant('main'),
    image: fc.constantFrom('x:1', 'x:2'),
    args: strings,
    env: env.map((list) => list.map((item) => ({ name: 'a', ...item }))),
    ports: ports.map(uniqueNames),
    resources,
    tty: fc.boolean(),
  },
  { requiredKeys: ['name', 'image'] },
);
const selector = { matchLabels: { app: 'x' } };
const podSpec = fc.record(
  {
    containers: fc.tuple(container),
    terminationGracePeriodSeconds: fc.constantFrom(0, 30),
    nodeSelector: fc.constant({}),
  },
  { requiredKeys: ['containers'] },
);

const deployment: Sample = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  content: fc.record(
    {
      metadata,
      spec: fc.record(
        {
          selector: fc.constant(selector),
          template: podSpec.map((spec) => ({ metadata: { labels: { app: 'x' } }, spec })),
          replicas: fc.constantFrom(0, 1, 2),
          paused: fc.boolean(),
          minReadySeconds: fc.constantFrom(0, 5),
        },
        { requiredKeys: ['selector', 'template'] },
      ),
    },
    { requiredKeys: ['spec'] },
  ),
  update: some({
    spec: some({
      replicas: fc.constantFrom(0, 1, 5, null),
      paused: fc.constantFrom(true, null),
      template: container.map((each) => ({ spec: { containers: [each] } })),
    }),
  }),
};

const servicePorts = fc
  .uniqueArray(
    fc.record(
      {
        port: fc.constantFrom(80, 81),
        targetPort: fc.constantFrom(80, 'http'),
        protocol: fc.constantFrom('TCP', 'UDP'),
      },
      { requiredKeys: ['port'] },
    ),
    { selector: ({ port, protocol = 'TCP' }) => `${port}${protocol}`, minLength: 1, maxLength: 3 },
  )
  .map((list) => list.map((item, index) => ({ name: `p${index}`, ...item })));

const service: Sample = {
  apiVersion: 'v1',
  kind: 'Service',
  content: fc.record(
    {
      metadata,
      spec: fc.record(
        {
          ports: servicePorts,
          selector: some({ app: word, tier: word }),
          sessionAffinity: fc.constantFrom('None', 'ClientIP'),
          externalIPs: fc.uniqueArray(fc.constantFrom('192.0.2.1', '192.0.2.2')),
        },
        { requiredKeys: ['ports'] },
      ),
    },
    { requiredKeys: ['spec'] },
  ),
  update: some({
    spec: some({ ports: servicePorts, selector: fc.oneof(fc.constant(null), some({ app: fc.option(word) })) }),
  }),
};

const mapItems = fc.uniqueArray(
  fc.record({ key: word, port: fc.constantFrom(80, 81), value: fc.constantFrom('', 'x') }, { requiredKeys: ['key'] }),
  { selector: ({ key, port = 80 }) => `${key}${port}`, minLength: 1, maxLength: 3 },
);
// Sets, lists with keys and what has no schema are not emptied: there two forced applies in a row do not come to the same (1.36).
const widgetSpec = some({
  text: fc.constantFrom('', 'x'),
  count: fc.constantFrom(0, 3, 4),
  nothing: fc.constantFrom(null, 'x'),
  either: fc.constantFrom(0, '50%'),
  flag: fc.boolean(),
  atomic: strings,
  set: fc.uniqueArray(fc.constantFrom('', 'a', 'b'), { minLength: 1 }),
  items: mapItems,
  nested: some({ a: word, b: word }),
  whole: some({ a: word, b: word }),
  free: fc.constantFrom({ a: 1 }, { a: { b: 1 } }, { a: [1, { b: 2 }] }),
});

const string = { type: 'string' };
const widgetSchema = {
  type: 'object',
  properties: {
    text: string,
    count: { type: 'integer', default: 3 },
    nothing: { type: 'string', nullable: true },
    either: { 'x-kubernetes-int-or-string': true },
    flag: { type: 'boolean', default: true },
    atomic: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: string },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: string },
    items: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['key', 'port'],
      items: {
        type: 'object',
        required: ['key'],
        properties: { key: string, port: { type: 'integer', default: 80 }, value: { ...string, default: 'd' } },
      },
    },
    nested: { type: 'object', default: {}, properties: { a: string, b: { ...string, default: 'x' } } },
    whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: string, b: string } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
};

const widget: Sample = {
  apiVersion: 'test.hearth.internal/v1',
  kind: 'Widget',
  content: fc.record({ metadata, spec: maybe(widgetSpec) }, { requiredKeys: [] }),
  update: some({ spec: fc.oneof(fc.constant(null), widgetSpec) }),
  definition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.test.hearth.internal' },
    spec: {
      group: 'test.hearth.internal',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: widgetSchema } } },
        },
      ],
    },
  },
};

/** Kinds with every sort of list and map, with defaults, and with values that the server writes differently. */
export const samples: readonly Sample[] = [configMap, deployment, service, widget];
