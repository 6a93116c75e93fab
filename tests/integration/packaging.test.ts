import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../src/framework/framework.ts';
import { ensureHelm } from '../../testenv/src/helm.ts';
import { idOf, kustomized, objectsIn } from '../harness/manifests.ts';
import { sharedTestenv } from '../harness/suite.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const NODE = join(ROOT, 'node_modules/.bin/node');

let helm: string;

beforeAll(async () => {
  helm = await ensureHelm((line) => process.stderr.write(`helm: ${line}\n`));
}, 600_000);

/** What the chart makes with some values, in the namespace of the manifests. */
async function rendered(...values: readonly string[]): Promise<Manifest[]> {
  const set = values.flatMap((value) => ['--set', value]);
  const args = ['template', 'hearth', join(ROOT, 'charts/hearth'), '--namespace', 'hearth-system', ...set];
  const { stdout } = await run(helm, args, { maxBuffer: 16 * 1024 * 1024 });
  return objectsIn(stdout);
}

/** Lists of named things in the order of their names, in which kustomize and Helm differ. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(inOrder);
    const isNamed = items.every((each) => typeof each === 'object' && each !== null && 'name' in each);
    return isNamed ? items.toSorted((one, other) => String(one.name).localeCompare(String(other.name))) : items;
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inOrder(each)]))
    : value;
}

/** Objects by their names; what Helm has of its own left out: that a CRD stays, and that the namespace is not its. */
function compared(objects: readonly Manifest[]): Record<string, unknown> {
  const own = objects
    .filter(({ kind }) => kind !== 'Namespace')
    .map((object) => {
      const { 'helm.sh/resource-policy': policy, ...annotations } = object.metadata.annotations ?? {};
      const { annotations: _, ...metadata } = object.metadata;
      const isPlain = policy === undefined || Object.keys(annotations).length > 0;
      return { ...object, metadata: isPlain ? object.metadata : metadata };
    });
  return Object.fromEntries(own.map((object) => [idOf(object), inOrder(object)]));
}

describe('the chart has the same objects as the overlay', () => {
  test.each([
    ['default', []],
    ['namespaced', ['watchNamespaces={homelab,postgres}']],
    ['high-availability', ['replicas=2']],
    ['webhook', ['webhook.enabled=true']],
    ['cert-manager', ['webhook.enabled=true', 'webhook.certManager=true']],
    ['monitoring', ['monitoring.enabled=true']],
    ['network-policy', ['networkPolicy.enabled=true']],
  ])('%s', async (overlay, values) => {
    const wanted = compared(await kustomized(sharedTestenv(), `manifests/overlays/${overlay}`));
    const found = compared(await rendered(...values));
    expect(Object.keys(found).length).toBeGreaterThan(10);
    expect(found).toEqual(wanted);
  });
});

describe('the values of the chart', () => {
  test('set what they say', async () => {
    const objects = await rendered(
      'image.repository=registry.example.com/hearth',
      'image.tag=1.2.3',
      'imagePullSecrets[0].name=login',
      'env.LOG_LEVEL=debug',
      'nodeSelector.disk=fast',
      'resources.limits.memory=1Gi',
    );
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    expect(deployment).toMatchObject({
      spec: {
        template: {
          spec: {
            imagePullSecrets: [{ name: 'login' }],
            nodeSelector: { disk: 'fast' },
            containers: [
              {
                image: 'registry.example.com/hearth:1.2.3',
                env: expect.arrayContaining([{ name: 'LOG_LEVEL', value: 'debug' }]),
                resources: { limits: { memory: '1Gi' } },
              },
            ],
          },
        },
      },
    });
  });

  test('leave the CRDs out where somebody else installs them, and keep them otherwise', async () => {
    expect((await rendered('crds.install=false')).filter(({ kind }) => kind === 'CustomResourceDefinition')).toEqual(
      [],
    );
    const crds = (await rendered()).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(crds.length).toBeGreaterThan(0);
    expect(crds.map(({ metadata }) => metadata.annotations?.['helm.sh/resource-policy'])).toEqual(
      crds.map(() => 'keep'),
    );
  });

  test('are refused when they are misspelt', async () => {
    await expect(rendered('webhook.enable=true')).rejects.toThrow(/enable/);
  });

  test('put the release into its namespace, and leave none of the manifests behind', async () => {
    const args = [
      'template',
      'hearth',
      join(ROOT, 'charts/hearth'),
      '--namespace',
      'mine',
      '--set',
      'webhook.enabled=true',
    ];
    const { stdout } = await run(helm, args, { maxBuffer: 16 * 1024 * 1024 });
    expect(stdout).toContain('namespace: mine');
    expect(stdout).not.toContain('hearth-system');
  });

  test('and the chart pass the linter of Helm', async () => {
    const { stdout } = await run(helm, ['lint', '--strict', join(ROOT, 'charts/hearth')]);
    expect(stdout).toContain('0 chart(s) failed');
  });
});

test('the one file has the same objects as the overlay, in an order in which they can be made', async () => {
  await run(NODE, [join(ROOT, 'scripts/package.ts')]);
  const objects = objectsIn(readFileSync(join(ROOT, 'dist/install.yaml'), 'utf8'));
  const byId = (all: readonly Manifest[]) => Object.fromEntries(all.map((each) => [idOf(each), each]));
  expect(byId(objects)).toEqual(byId(await kustomized(sharedTestenv(), 'manifests')));
  const kinds = objects.map(({ kind }) => kind);
  expect(kinds[0]).toBe('Namespace');
  expect(kinds.lastIndexOf('CustomResourceDefinition')).toBeLessThan(kinds.indexOf('ServiceAccount'));
});
