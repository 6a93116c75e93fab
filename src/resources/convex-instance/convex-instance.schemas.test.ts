import { describe, expect, test } from 'vitest';
import { createCrdManifest } from '../../framework/framework.ts';
import { convexInstanceDefinition } from './convex-instance.ts';
import { convexSample } from './testing/convex.ts';

type Schema = {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
};

const crd = createCrdManifest(convexInstanceDefinition);
const [version] = crd.spec.versions;
const root = version.schema.openAPIV3Schema as Schema;

/** The schema of a field, by its path. */
function at(path: string): Schema {
  return path.split('.').reduce<Schema>((schema, name) => {
    const inner = name.endsWith('[]') ? schema.properties?.[name.slice(0, -2)]?.items : schema.properties?.[name];
    if (!inner) {
      throw new Error(`the schema has no ${path}`);
    }
    return inner;
  }, root);
}

describe('the CRD', () => {
  test('is that of the original, by its names', () => {
    expect(crd.metadata.name).toBe('convexinstances.convex.icod.de');
    expect(crd.spec).toMatchObject({ scope: 'Namespaced', names: { listKind: 'ConvexInstanceList' } });
    expect(version.name).toBe('v1alpha1');
    expect(version.additionalPrinterColumns.map(({ name }) => name)).toEqual([
      'Environment',
      'Version',
      'Phase',
      'URL',
      'Ready',
      'Reason',
      'Age',
      'Message',
    ]);
  });

  test.each([
    ['spec.backend.image', 'ghcr.io/get-convex/convex-backend:latest'],
    ['spec.backend.db.requireSSL', true],
    ['spec.backend.storage', {}],
    ['spec.backend.storage.mode', 'sqlite'],
    ['spec.backend.storage.pvc', undefined],
    ['spec.backend.storage.pvc.enabled', false],
    ['spec.backend.storage.pvc.size', undefined],
    ['spec.backend.s3', {}],
    ['spec.backend.s3.enabled', false],
    ['spec.backend.s3.autoDetectOBC', true],
    ['spec.backend.s3.endpointScheme', 'http'],
    ['spec.backend.s3.emitS3EndpointUrl', undefined],
    ['spec.backend.telemetry', {}],
    ['spec.backend.telemetry.disableBeacon', false],
    ['spec.backend.logging', {}],
    ['spec.backend.logging.redactLogsToClient', false],
    ['spec.backend.security', {}],
    ['spec.dashboard', {}],
    ['spec.dashboard.enabled', true],
    ['spec.dashboard.image', 'ghcr.io/get-convex/convex-dashboard:latest'],
    ['spec.dashboard.replicas', 1],
    ['spec.dashboard.security', {}],
    ['spec.dashboard.prefillAdminKey', undefined],
    ['spec.networking.gatewayClassName', 'nginx'],
    ['spec.networking.gatewayAnnotations', { 'cert-manager.io/cluster-issuer': 'letsencrypt-prod-rfc2136' }],
    ['spec.maintenance', undefined],
    ['spec.maintenance.upgradeStrategy', 'inPlace'],
    ['spec.maintenance.restartInterval', '168h'],
  ])('gives %s the default %j', (path, value) => {
    expect(at(path).default).toEqual(value);
  });

  test.each([
    ['spec.environment', ['dev', 'prod']],
    ['spec.backend.db.engine', ['postgres', 'mysql', 'sqlite']],
    ['spec.backend.storage.mode', ['sqlite', 'external']],
    ['spec.backend.s3.endpointScheme', ['http', 'https']],
    ['spec.maintenance.upgradeStrategy', ['inPlace', 'exportImport']],
    ['status.phase', ['Pending', 'Ready', 'Error', 'Upgrading']],
  ])('lets %s be one of %j', (path, values) => {
    expect(at(path).enum).toEqual(values);
  });

  test.each([
    ['spec', ['environment', 'version', 'backend', 'networking']],
    ['spec.backend', ['db']],
    ['spec.backend.db', ['engine']],
    ['spec.backend.env[]', ['name']],
    ['spec.networking', ['host']],
    ['spec.networking.parentRefs[]', ['name']],
    ['spec.dashboard', undefined],
  ])('asks in %s for %j', (path, fields) => {
    expect(at(path).required).toEqual(fields);
  });

  test('takes every field of a pod that the original takes', () => {
    expect(Object.keys(at('spec.backend.env[].valueFrom').properties ?? {}).sort()).toEqual([
      'configMapKeyRef',
      'fieldRef',
      'fileKeyRef',
      'resourceFieldRef',
      'secretKeyRef',
    ]);
    expect(Object.keys(at('spec.dashboard.security.pod').properties ?? {})).toEqual(
      expect.arrayContaining(['sysctls', 'supplementalGroupsPolicy', 'seLinuxChangePolicy', 'appArmorProfile']),
    );
    expect(Object.keys(at('spec.backend.security.container').properties ?? {})).toEqual(
      expect.arrayContaining(['capabilities', 'procMount', 'windowsOptions', 'seccompProfile']),
    );
  });

  test.each(['convex-dev', 'convex-prod', 'convex-obc', 'convex-sample'])('takes the sample %s whole', (file) => {
    const { spec } = convexSample(file);
    expect(convexInstanceDefinition.spec.parse(spec)).toMatchObject(spec);
  });
});
