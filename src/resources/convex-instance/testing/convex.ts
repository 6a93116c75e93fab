import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { eventually } from '../../../../testenv/src/wait.ts';
import { conditionOf, type SeenObject, type Suite } from '../../../../tests/harness/suite.ts';

/** What tests of ConvexInstances work with. */

const SAMPLES = join(import.meta.dirname, '../../../../test-manifests/convex-instance');

type Fields = Readonly<Record<string, unknown>>;

/** The instance of a sample as it is published. */
export function convexSample(file: string): { metadata: { name: string }; spec: Fields } {
  const documents = parseAllDocuments(readFileSync(join(SAMPLES, `${file}.yaml`), 'utf8')).map((each) => each.toJS());
  return documents.find(({ kind }) => kind === 'ConvexInstance');
}

/** The smallest instance, in the namespace of its suite. */
export function convexInstance(name: string, spec: Fields = {}) {
  return {
    apiVersion: 'convex.icod.de/v1alpha1',
    kind: 'ConvexInstance',
    metadata: { name },
    spec: {
      environment: 'dev',
      version: '1',
      backend: { image: 'example/convex-backend:1', db: { engine: 'sqlite' } },
      networking: { host: `${name}.example.com`, gatewayClassName: 'simulated' },
      ...spec,
    },
  };
}

/** A Secret with plain values. */
export function secretManifest(name: string, stringData: Readonly<Record<string, string>>, metadata: Fields = {}) {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...metadata }, stringData };
}

/** A ConfigMap. */
export function configMapManifest(name: string, data: Readonly<Record<string, string>>) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

/** What the samples refer to. */
export const SAMPLE_PRECONDITIONS = [
  secretManifest('convex-dev-tls', { 'tls.crt': 'x', 'tls.key': 'x' }),
  secretManifest('convex-prod-tls', { 'tls.crt': 'x', 'tls.key': 'x' }),
  secretManifest('convex-prod-db', { url: 'postgres://convex:secret@db.example.com:5432' }),
  secretManifest('convex-prod-s3', {
    endpoint: 'https://s3.example.com',
    region: 'eu-1',
    accessKeyId: 'id',
    secretAccessKey: 'key',
    bucket: 'files',
  }),
  secretManifest(
    'forum-prod',
    { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key' },
    { labels: { 'bucket-provisioner': 'simulated' } },
  ),
  configMapManifest('forum-prod', {
    BUCKET_NAME: 'forum',
    BUCKET_HOST: 's3.local',
    BUCKET_PORT: '80',
    BUCKET_REGION: '',
  }),
  secretManifest('forum-db', { url: 'postgres://forum:secret@db.example.com:5432/forum' }),
];

/** A sample whose Gateway is served: the simulated controller has a class of its own, and leaves all others alone. */
export function simulatedGateway<Sample extends { readonly spec?: unknown }>(sample: Sample): Sample {
  const spec = sample.spec as Fields;
  return {
    ...sample,
    spec: { ...spec, networking: { ...(spec['networking'] as Fields), gatewayClassName: 'simulated' } },
  };
}

/** Says of a Gateway what its controller says when it serves it. The simulation knows its own class only. */
export async function serveGateway(suite: Suite, name: string): Promise<void> {
  await eventually(`Gateway ${name}`, () => suite.find('gateway', name));
  const { metadata } = await suite.get('gateway', name);
  const told = { status: 'True', reason: 'Test', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const conditions = ['Accepted', 'Programmed'].map((type) => {
    return { type, ...told, observedGeneration: metadata.generation };
  });
  const patch = JSON.stringify({ status: { conditions } });
  await suite.kubectl(
    'patch',
    'gateway',
    name,
    '-n',
    suite.namespace,
    '--subresource=status',
    '--type=merge',
    '-p',
    patch,
  );
}

/** An instance that is Ready for the spec that it has now. */
export async function becomesReady(suite: Suite, name: string): Promise<SeenObject> {
  const is = async () => await suite.get('convexinstance', name);
  return await eventually(`${name} is Ready`, is, {
    timeoutMs: 60_000,
    until: (object) => {
      const ready = conditionOf(object, 'Ready');
      return ready?.status === 'True' && ready.observedGeneration === object.metadata.generation;
    },
  });
}

/** An instance one of whose conditions has a status and a reason. */
export async function says(
  suite: Suite,
  name: string,
  expected: readonly [type: string, status: string, reason: string],
) {
  const [type, status, reason] = expected;
  const seen = await eventually(`${name} says ${expected.join(' ')}`, () => suite.get('convexinstance', name), {
    timeoutMs: 60_000,
    until: (object) => {
      const condition = conditionOf(object, type);
      return condition?.status === status && condition.reason === reason;
    },
  });
  return conditionOf(seen, type)?.message ?? '';
}
