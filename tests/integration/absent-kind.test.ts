import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect } from 'vitest';
import { z } from 'zod';
import {
  CustomResource,
  type CustomResourceOptions,
  createCrdManifest,
  createCustomResourceDefinition,
  createLogger,
  OperatorHost,
  type Resource,
  ResourceService,
} from '../../src/framework/framework.ts';
import { testNeeding } from '../../testenv/src/skip.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { applyAll, deleteCrd, establishCrd, freeFormCrd } from '../harness/own-cluster.ts';
import { conditionOf, type SeenObject } from '../harness/suite.ts';

/** A control plane of its own: kinds come and go in it. */
let testenv: Testenv;
let host: OperatorHost;

const test = testNeeding('audit');

const GROUP = 'absent.example.com';
const NAMESPACE = 'absent';
const WIDGETS = freeFormCrd('widgets.example.com', 'Widget');
const WIDGET = { apiVersion: 'widgets.example.com/v1', kind: 'Widget' };
const PATIENCE = { timeoutMs: 90_000 };

const spec = z.object({ widget: z.boolean().default(false).describe('Whether it needs one.') });

/** A kind that makes an object of another one, which may not be served. */
class Owner extends CustomResource<typeof spec> {
  readonly #widget: Resource | undefined;

  constructor(options: CustomResourceOptions<typeof spec>) {
    super(options);
    const ref = { ...WIDGET, name: this.name, namespace: this.namespace };
    this.#widget = this.spec.widget ? this.services.get(ResourceService).get(ref) : undefined;
    this.#widget?.on('changed', this.queueReconcile);
  }

  reconcile = async () => {
    await this.reconcileSubresource('Widget', async () => {
      const metadata = { name: this.name, namespace: this.namespace, ownerReferences: [this.ref] };
      await this.#widget?.patch({ ...WIDGET, metadata });
      return { ready: true };
    });
  };
}

const owners = createCustomResourceDefinition({
  group: GROUP,
  version: 'v1',
  kind: 'Owner',
  names: { plural: 'owners', singular: 'owner' },
  scope: 'Namespaced',
  spec,
  create: (options) => new Owner(options),
});

beforeAll(async () => {
  testenv = await startTestenv({ profile: 'api', thirdParties: false });
  await testenv.kubectl(['create', 'namespace', NAMESPACE]);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(readFileSync(testenv.kubeconfig, 'utf8'));
  const logger = createLogger({ level: 'error', format: 'text' });
  host = new OperatorHost({ kubeConfig, definitions: [owners], logger, namespaces: [NAMESPACE] });
});

afterAll(async () => {
  await host.stop();
  await testenv.stop();
});

const readyz = () => fetch(`http://127.0.0.1:${host.port}/readyz`);

const owner = (name: string, widget: boolean) => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'Owner',
  metadata: { name, namespace: NAMESPACE },
  spec: { widget },
});

async function read(path: string): Promise<SeenObject> {
  const { status, body } = await testenv.request({ path });
  expect(status).toBe(200);
  return body as SeenObject;
}

const readOwner = (name: string) => read(`/apis/${GROUP}/v1/namespaces/${NAMESPACE}/owners/${name}`);
const readWidget = (name: string) => read(`/apis/widgets.example.com/v1/namespaces/${NAMESPACE}/widgets/${name}`);

async function ready(name: string, reason: string): Promise<string | undefined> {
  const object = await eventually(`${name} is ${reason}`, () => readOwner(name), {
    ...PATIENCE,
    until: (seen) => conditionOf(seen, 'Ready')?.reason === reason,
  });
  return conditionOf(object, 'Ready')?.message;
}

test('a kind that Hearth serves may be installed after Hearth has started', async () => {
  await host.start();
  await eventually('it is ready', async () => (await readyz()).ok);
  await establishCrd(testenv, createCrdManifest(owners));
  await applyAll(testenv, owner('plain', false));
  await ready('plain', 'Ready');
});

test('an object that refers to a kind which is not served says so, and others go on', async () => {
  await applyAll(testenv, owner('needy', true), owner('content', false));
  expect(await ready('needy', 'ApiMissing')).toContain(
    'The API server does not serve Widget of widgets.example.com/v1: is its CRD installed?',
  );
  await ready('content', 'Ready');
});

test('many objects that wait for one API ask for it no more often than one', async () => {
  const mark = testenv.audit.mark();
  const names = Array.from({ length: 30 }, (_, index) => `waiting-${index}`);
  await applyAll(testenv, ...names.map((name) => owner(name, true)));
  for (const name of names) {
    await ready(name, 'ApiMissing');
  }
  const asked = testenv.audit
    .requests({ since: mark, userAgent: 'hearth' })
    .filter(({ uri }) => uri.startsWith('/apis/widgets.example.com/'))
    .map(({ time }) => time.getTime());
  const gaps = asked.slice(1).map((time, index) => time - (asked[index] ?? 0));
  expect(Math.min(...gaps, 10_000)).toBeGreaterThan(2_000);
});

test('when the API appears, the objects that wait for it go on', async () => {
  await establishCrd(testenv, WIDGETS);
  await ready('needy', 'Ready');
  expect((await readWidget('needy')).metadata.ownerReferences).toMatchObject([{ kind: 'Owner', name: 'needy' }]);
});

test('when it vanishes they say so again, and make anew what they made when it comes back', async () => {
  const { uid } = (await readWidget('needy')).metadata;
  await deleteCrd(testenv, WIDGETS.metadata.name);
  await ready('needy', 'ApiMissing');
  await establishCrd(testenv, WIDGETS);
  await ready('needy', 'Ready');
  expect((await readWidget('needy')).metadata.uid).not.toBe(uid);
});

test('a kind that Hearth serves may vanish and come back, too', async () => {
  const crd = createCrdManifest(owners);
  await deleteCrd(testenv, crd.metadata.name);
  await establishCrd(testenv, crd);
  await applyAll(testenv, owner('after', false));
  await ready('after', 'Ready');
  expect((await readyz()).status).toBe(200);
});
