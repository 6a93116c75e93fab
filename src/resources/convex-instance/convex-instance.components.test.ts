import { describe, expect, test } from 'vitest';
import type { Component } from '../../framework/framework.ts';
import { rolloutOrder } from '../../framework/framework.ts';
import { backend } from './components/backend.ts';
import { dashboard } from './components/dashboard.ts';
import { dataVolume } from './components/data-volume.ts';
import { createBackendEnv, createDashboardEnv } from './components/environment.ts';
import { gateway, route } from './components/gateway.ts';
import { backendService, dashboardService } from './components/services.ts';
import { exportJob, importJob, upgradeVolume } from './components/upgrade.ts';
import { convexComponents } from './convex-instance.components.ts';
import type { ConvexInput } from './input/convex-input.ts';
import { nameProblem, publicUrl } from './input/names.ts';
import { warningsOf } from './input/warnings.ts';
import { convexInput } from './testing/convex-input.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The first object of a part, as JSON would have it. */
// biome-ignore lint/suspicious/noExplicitAny: manifests are looked at by path
function made(component: Component<ConvexInput>, input: ConvexInput): any {
  return JSON.parse(JSON.stringify(component.manifests(input)[0]));
}

const containerOf = (input: ConvexInput, component = backend) =>
  made(component, input).spec.template.spec.containers[0];

/** An environment, one line each. */
function lines(input: ConvexInput): string[] {
  return createBackendEnv(input).map(({ name, value, valueFrom }) => {
    const { secretKeyRef: secret, configMapKeyRef: map } = valueFrom ?? {};
    return `${name}=${value ?? (secret ? `secret ${secret.name}/${secret.key}` : `map ${map?.name}/${map?.key}`)}`;
  });
}

const withBackend = (fields: Fields) => ({ backend: { db: { engine: 'sqlite' }, ...fields } });
const POSTGRES = { engine: 'postgres', secretRef: 'db', urlKey: 'url' };
const PATHLESS = { secrets: { db: { url: 'postgres://u:p@h' } } };

test('the components make an order, and each object is of a declared kind', () => {
  expect(rolloutOrder(convexComponents)).toHaveLength(convexComponents.length);
});

describe("the backend's environment", () => {
  const CORE = [
    'CONVEX_PORT=3210',
    'CONVEX_ENV=dev',
    'CONVEX_VERSION=1',
    'INSTANCE_NAME=my_app',
    'CONVEX_ADMIN_KEY=secret my-app-convex-secrets/adminKey',
    'CONVEX_INSTANCE_SECRET=secret my-app-convex-secrets/instanceSecret',
    'INSTANCE_SECRET=secret my-app-convex-secrets/instanceSecret',
    'CONVEX_CLOUD_ORIGIN=http://a.example.com',
    'CONVEX_SITE_ORIGIN=http://a.example.com',
  ];

  test('has little with SQLite', () => {
    expect(lines(convexInput())).toEqual([...CORE, 'DISABLE_METRICS_ENDPOINT=true']);
  });

  test('is in the documented order with everything', () => {
    const s3 = {
      enabled: true,
      secretRef: 's3',
      configMapRef: 'map',
      accessKeyIdKey: 'id',
      secretAccessKeyKey: 'key',
      bucketKey: 'bucket',
      regionKey: 'region',
      endpointHostKey: 'host',
      endpointPortKey: 'port',
      endpointScheme: 'https',
      emitS3EndpointUrl: true,
    };
    const input = convexInput(
      withBackend({
        db: { ...POSTGRES, requireSSL: false },
        s3,
        telemetry: { disableBeacon: true },
        logging: { redactLogsToClient: true },
        env: [{ name: 'CUSTOM', value: 'x' }],
      }),
      {
        secrets: { ...PATHLESS.secrets, s3: { id: '', key: '' } },
        configMaps: { map: { bucket: '', region: '', host: '', port: '' } },
      },
    );
    const url = 'https://$(CONVEX_S3_ENDPOINT_HOST):$(CONVEX_S3_ENDPOINT_PORT)';
    expect(lines(input)).toEqual([
      ...CORE,
      'POSTGRES_URL=secret db/url',
      'DO_NOT_REQUIRE_SSL=1',
      'AWS_ACCESS_KEY_ID=secret s3/id',
      'AWS_SECRET_ACCESS_KEY=secret s3/key',
      'AWS_REGION=map map/region',
      'CONVEX_S3_ENDPOINT_HOST=map map/host',
      'CONVEX_S3_ENDPOINT_PORT=map map/port',
      `AWS_ENDPOINT_URL_S3=${url}`,
      `AWS_ENDPOINT_URL=${url}`,
      `S3_ENDPOINT_URL=${url}`,
      ...['EXPORTS', 'SNAPSHOT_IMPORTS', 'MODULES', 'FILES', 'SEARCH'].map(
        (name) => `S3_STORAGE_${name}_BUCKET=map map/bucket`,
      ),
      'DISABLE_BEACON=true',
      'REDACT_LOGS_TO_CLIENT=true',
      'DISABLE_METRICS_ENDPOINT=true',
      'CUSTOM=x',
    ]);
  });

  test('takes what the spec gives, at the place of what it replaces, and the last of several', () => {
    const env = [
      { name: 'INSTANCE_NAME', value: 'first' },
      { name: 'MINE', value: '1' },
      { name: 'INSTANCE_NAME', value: 'mine' },
      { name: 'DISABLE_METRICS_ENDPOINT', value: '' },
    ];
    const found = lines(convexInput(withBackend({ env })));
    expect(found.indexOf('INSTANCE_NAME=mine')).toBe(3);
    expect(found.filter((line) => line.startsWith('INSTANCE_NAME='))).toHaveLength(1);
    expect(found).toContain('DISABLE_METRICS_ENDPOINT=');
  });

  test('names MySQL as such, and a database that stands in the URL by the instance', () => {
    expect(lines(convexInput(withBackend({ db: { ...POSTGRES, engine: 'mysql' } }), PATHLESS))).toContain(
      'MYSQL_URL=secret db/url',
    );
    const objects = { secrets: { db: { url: 'postgres://u:p@h/homelab_forum' } } };
    expect(lines(convexInput(withBackend({ db: POSTGRES }), objects))).toContain('INSTANCE_NAME=homelab_forum');
    const named = withBackend({ db: { ...POSTGRES, databaseName: 'given' } });
    expect(lines(convexInput(named, objects))).toContain('INSTANCE_NAME=given');
  });
});

describe('the StatefulSet of the backend', () => {
  test('has one pod, labels that never change, and hashes and stamps', () => {
    const stamp = '2026-01-01T00:00:00Z';
    const input = convexInput({}, {}, { stamps: { lastRestart: stamp, trigger: stamp } });
    const { metadata, spec } = made(backend, input);
    const labels = {
      'app.kubernetes.io/name': 'convex-backend',
      'app.kubernetes.io/instance': 'my-app',
      'app.kubernetes.io/component': 'backend',
    };
    expect(metadata).toMatchObject({ name: 'my-app-backend', annotations: { 'convex.icod.de/last-restart': stamp } });
    expect(spec).toMatchObject({ replicas: 1, serviceName: 'my-app-backend', selector: { matchLabels: labels } });
    expect(spec.template.metadata).toEqual({
      labels,
      annotations: { 'convex.icod.de/config-hash': input.hashes.config, 'convex.icod.de/restart-trigger': stamp },
    });
  });

  test('gets over a pod that never becomes ready, but for one that was made otherwise', () => {
    const policy = (podManagement?: string) =>
      made(backend, convexInput({}, {}, { podManagement })).spec.podManagementPolicy;
    expect(policy()).toBe('Parallel');
    expect(policy('OrderedReady')).toBe('OrderedReady');
  });

  test('asks for the version only after the start, and ends with SIGINT in time', () => {
    const container = containerOf(convexInput());
    const { httpGet, periodSeconds, failureThreshold } = container.startupProbe;
    expect(httpGet).toEqual({ path: '/version', port: 3210 });
    expect(periodSeconds * failureThreshold).toBe(600);
    expect(container.livenessProbe.httpGet.path).toBe('/version');
    expect(container.lifecycle.preStop.exec.command.join(' ')).toContain('kill -INT 1');
    expect(made(backend, convexInput()).spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(30);
  });

  test.each([
    [{ mode: 'sqlite', pvc: { enabled: true } }, true],
    [{ pvc: { enabled: false } }, false],
    [{ mode: 'external', pvc: { enabled: true } }, false],
    [{}, false],
  ])('with storage %j has a data volume: %s', (storage, isThere) => {
    const input = convexInput(withBackend({ storage }));
    expect(dataVolume.when?.(input)).toBe(isThere);
    const mounts = containerOf(input).volumeMounts.map((mount: { mountPath: string }) => mount.mountPath);
    expect(mounts).toEqual(isThere ? ['/etc/convex', '/convex/data'] : ['/etc/convex']);
  });

  test('has the security contexts and resources of the spec, and none of its own', () => {
    expect(containerOf(convexInput())).not.toHaveProperty('securityContext');
    expect(containerOf(convexInput())).not.toHaveProperty('resources');
    const security = { pod: { fsGroup: 1 }, container: { runAsNonRoot: false } };
    const input = convexInput(withBackend({ security, resources: { requests: { cpu: 1 } } }));
    expect(containerOf(input)).toMatchObject({
      securityContext: { runAsNonRoot: false },
      resources: { requests: { cpu: 1 } },
    });
    expect(made(backend, input).spec.template.spec.securityContext).toEqual({ fsGroup: 1 });
  });

  test('is limited to the memory of the scale, unless it has a limit or that is zero', () => {
    const scale = { backend: { maxMemory: '8Gi' } };
    expect(containerOf(convexInput({ scale })).resources).toEqual({ limits: { memory: '8Gi' } });
    const limits = { memory: '4Gi' };
    const own = { ...withBackend({ resources: { limits } }), scale };
    expect(containerOf(convexInput(own)).resources).toEqual({ limits });
    expect(containerOf(convexInput({ scale: { backend: { maxMemory: '0' } } }))).not.toHaveProperty('resources');
  });
});

test.each([
  [{ enabled: true }, '10Gi', undefined],
  [{ enabled: true, size: '0' }, '10Gi', undefined],
  [{ enabled: true, size: '20Gi', storageClassName: 'fast' }, '20Gi', 'fast'],
])('the claim of %j asks for %s', (pvc, storage, storageClassName) => {
  const { metadata, spec } = made(dataVolume, convexInput(withBackend({ storage: { pvc } })));
  expect(metadata.name).toBe('my-app-backend-pvc');
  expect(spec).toMatchObject({ accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } });
  expect(spec.storageClassName).toBe(storageClassName);
});

test('the Services have the documented ports', () => {
  const ports = (component: Component<ConvexInput>) =>
    made(component, convexInput()).spec.ports.map(
      (port: { name: string; port: number }) => `${port.name} ${port.port}`,
    );
  expect(ports(backendService)).toEqual(['http 3210', 'http-action 3211']);
  expect(ports(dashboardService)).toEqual(['http 6791']);
});

describe('the dashboard', () => {
  test('runs unprivileged unless the spec says otherwise', () => {
    const standard = { runAsNonRoot: true, runAsUser: 1001 };
    expect(containerOf(convexInput(), dashboard).securityContext).toEqual(standard);
    expect(made(dashboard, convexInput()).spec.template.spec.securityContext).toEqual(standard);
    const own = convexInput({ dashboard: { security: { pod: { runAsNonRoot: false }, container: {} } } });
    expect(containerOf(own, dashboard).securityContext).toEqual({});
    expect(made(dashboard, own).spec.template.spec.securityContext).toEqual({ runAsNonRoot: false });
  });

  test('gets the admin key only when asked for', () => {
    const names = (fields: Fields) => createDashboardEnv(convexInput(fields)).map(({ name }) => name);
    const standard = ['NEXT_PUBLIC_DEPLOYMENT_URL', 'CONVEX_CLOUD_ORIGIN', 'CONVEX_SITE_ORIGIN'];
    expect(names({})).toEqual(standard);
    expect(names({ dashboard: { prefillAdminKey: true } })).toContain('NEXT_PUBLIC_ADMIN_KEY');
  });

  test('is told the URLs that the spec gives', () => {
    const networking = { host: 'a', deploymentUrl: 'https://d', cloudOrigin: 'https://c', siteOrigin: 'https://s' };
    expect(createDashboardEnv(convexInput({ networking })).map(({ value }) => value)).toEqual([
      'https://d',
      'https://c',
      'https://s',
    ]);
  });

  test('restarts for another admin key only where it has it', () => {
    const { hashes } = convexInput();
    expect(hashes.dashboard).toMatch(/^v1:/);
    expect(convexInput({ dashboard: { prefillAdminKey: true } }).hashes.dashboard).not.toBe(hashes.dashboard);
  });
});

describe('the way from outside', () => {
  test('is a Gateway with one listener, without TLS and with it', () => {
    expect(made(gateway, convexInput())).toMatchObject({
      metadata: { annotations: { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod-rfc2136' } },
      spec: {
        gatewayClassName: 'nginx',
        listeners: [{ name: 'http', protocol: 'HTTP', port: 80, hostname: 'a.example.com' }],
      },
    });
    const networking = { host: 'a.example.com', tlsSecretRef: 'tls', gatewayAnnotations: {} };
    const { metadata, spec } = made(gateway, convexInput({ networking }));
    expect(metadata.annotations).toEqual({});
    expect(spec.listeners).toEqual([
      {
        name: 'https',
        protocol: 'HTTPS',
        port: 443,
        hostname: 'a.example.com',
        tls: { certificateRefs: [{ kind: 'Secret', name: 'tls', namespace: 'ns' }] },
        allowedRoutes: { namespaces: { from: 'Same' } },
      },
    ]);
  });

  test('is a route whose rules come from the most special to the rest', () => {
    const paths = (fields: Fields) =>
      made(route, convexInput(fields)).spec.rules.map(
        (rule: { matches: { path: { value: string } }[]; backendRefs: { name: string; port: number }[] }) =>
          `${rule.matches.map(({ path }) => path.value)} ${rule.backendRefs[0]?.name}:${rule.backendRefs[0]?.port}`,
      );
    const rest = ['/http_action/ my-app-backend:3211', '/api/,/sync,/ my-app-backend:3210'];
    expect(paths({})).toEqual(['/dashboard my-app-dashboard:6791', ...rest]);
    expect(paths({ dashboard: { enabled: false } })).toEqual(rest);
  });

  test('can be Gateways of others', () => {
    const parentRefs = [
      { name: 'a', sectionName: 's' },
      { name: 'b', namespace: 'other' },
    ];
    const input = convexInput({ networking: { host: 'a', parentRefs } });
    expect(gateway.when?.(input)).toBe(false);
    expect(made(route, input).spec.parentRefs).toEqual([
      { name: 'a', namespace: 'ns', sectionName: 's' },
      { name: 'b', namespace: 'other' },
    ]);
  });

  test.each([
    [{}, 'http://a'],
    [{ tlsSecretRef: 'tls' }, 'https://a'],
    [{ parentRefs: [{ name: 'g' }], deploymentUrl: 'https://a' }, 'https://a'],
    [{ parentRefs: [{ name: 'g' }], cloudOrigin: 'https://a:8443/x' }, 'https://a'],
    [{ parentRefs: [{ name: 'g' }], deploymentUrl: 'https://b' }, 'http://a'],
  ])('with %j is told as %s', (networking, url) => {
    expect(publicUrl(convexInput({ networking: { host: 'a', ...networking } }).spec.networking)).toBe(url);
  });
});

describe('an upgrade by export and import', () => {
  const upgrade = { exports: true, imports: false, image: 'hearth:1', attempt: 2, hash: 'h' };

  test('has Jobs of the operator’s own image, which never have the key in their command', () => {
    const { metadata, spec } = made(exportJob, convexInput({}, {}, { upgrade }));
    expect(metadata).toMatchObject({
      name: 'my-app-upgrade-export',
      annotations: { 'convex.icod.de/upgrade-hash': 'h' },
    });
    expect(spec).not.toHaveProperty('ttlSecondsAfterFinished');
    const [container] = spec.template.spec.containers;
    expect(container).toMatchObject({ name: 'export', image: 'hearth:1', args: ['convex-export'] });
    expect(container.env).toContainEqual({
      name: 'API_URL',
      value: 'http://my-app-backend.ns.svc.cluster.local:3210',
    });
    expect(made(importJob, convexInput({}, {}, { upgrade })).spec.template.spec.containers[0].args).toEqual([
      'convex-import',
    ]);
  });

  test('makes another Job for another attempt, but not for another goal', () => {
    const template = (parts: Fields) =>
      JSON.stringify(made(exportJob, convexInput({}, {}, { upgrade: { ...upgrade, ...parts } })).spec);
    expect(template({ hash: 'other' })).toBe(template({}));
    expect(template({ attempt: 3 })).not.toBe(template({}));
  });

  test.each([
    [{}, '1Gi'],
    [{ pvc: { enabled: true, size: '20Gi', storageClassName: 'fast' } }, '20Gi'],
    [{ pvc: { enabled: true, size: '100Mi' } }, '1Gi'],
  ])('with storage %j has room for %s, in the same class', (storage, size) => {
    const { spec } = made(upgradeVolume, convexInput(withBackend({ storage }), {}, { upgrade }));
    expect(spec.resources.requests.storage).toBe(size);
    expect(spec.storageClassName).toBe('pvc' in storage ? (storage.pvc as Fields)['storageClassName'] : undefined);
  });

  test('keeps its volume while no image is known, and makes no Job', () => {
    const input = convexInput({}, {}, { upgrade: { ...upgrade, image: undefined } });
    expect([upgradeVolume, exportJob, importJob].map((each) => each.when?.(input))).toEqual([true, false, false]);
  });
});

test.each([
  ['a', undefined],
  ['a'.repeat(53), undefined],
  ['a'.repeat(54), 'longer than 53'],
  ['a.b', 'Service'],
  ['1a', 'Service'],
])('an instance called %s is told: %s', (name, problem) => {
  expect(nameProblem(name) ?? '').toContain(problem ?? '');
  expect(nameProblem(name) === undefined).toBe(problem === undefined);
});

test('what people should know is told, and nothing else', () => {
  const reasons = (fields: Fields) => warningsOf(convexInput(fields).spec).map(({ reason }) => reason);
  const db = { engine: 'postgres', secretRef: 'db', urlKey: 'url' };
  expect(reasons({})).toEqual(['EphemeralStorage']);
  expect(reasons(withBackend({ storage: { pvc: { enabled: true } } }))).toEqual([]);
  expect(reasons(withBackend({ db, storage: { mode: 'external' } }))).toEqual(['EphemeralStorage']);
  expect(reasons(withBackend({ db, s3: { enabled: true } }))).toEqual([]);
  const scale = { backend: { cpuTargetUtilization: 70 } };
  expect(reasons({ ...withBackend({ storage: { pvc: { enabled: true } } }), scale })).toEqual(['NotScalable']);
});
