import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { testNeeding } from '../../testenv/src/skip.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { MY_RESOURCE_RULES, myResource } from '../harness/my-resource.ts';
import { requestsWhileIdle, writesOfRestart } from '../harness/observations.ts';
import { useSuite } from '../harness/suite.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLE = join(ROOT, 'examples/my-resource');
/** Inside the repository, so that the copy finds the packages and the framework as the example does. */
const COPY = join(ROOT, 'artifacts/my-resource-with-npm-deep-equal');

/** Gives the operator the rights of the sample's kind, which are not among those that Hearth ships with. */
const RIGHTS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'hearth-my-resource' },
    rules: MY_RESOURCE_RULES,
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'hearth-my-resource' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'hearth-my-resource' },
    subjects: [{ kind: 'ServiceAccount', name: 'hearth', namespace: 'hearth-system' }],
  },
];

function operatorFor(definition: string) {
  return {
    entry: join(ROOT, 'tests/harness/definitions-operator.ts'),
    env: { HEARTH_TEST_DEFINITIONS: definition },
  };
}

/** The sample is Ready when its pods are, and the audit log tells of silence. */
const withPods = testNeeding('controllers', 'pods', 'audit');

describe("the guide's sample with the framework's comparison", () => {
  const suite = useSuite({ name: 'my-resource', operator: operatorFor(join(EXAMPLE, 'my-resource.ts')) });
  beforeAll(async () => await suite().apply(...RIGHTS));

  withPods('it makes its children, gets Ready and then falls silent', async () => {
    await suite().apply(myResource());
    const { reason, message } = await suite().condition({ kind: 'myresource', name: 'my-app' }, 'Ready', 'True');
    expect({ reason, message }).toEqual({ reason: 'Ready', message: 'All resources are ready' });
    const deployment = await suite().get('deployment', 'my-app');
    expect(deployment.status).toMatchObject({ readyReplicas: 3 });
    expect(deployment.metadata.ownerReferences).toMatchObject([
      { kind: 'MyResource', name: 'my-app', controller: true },
    ]);
    expect(await suite().get('service', 'my-app')).toBeDefined();
    expect(await requestsWhileIdle(suite(), ['MyResource'])).toEqual([]);
  });

  test('defaults of the schema are in the object and in the spec that the sample sees', async () => {
    const { protocol: _protocol, replicas: _replicas, ...spec } = myResource().spec;
    await suite().apply({ ...myResource(), metadata: { name: 'defaults' }, spec });
    expect((await suite().get('myresource', 'defaults')).spec).toMatchObject({ protocol: 'https', replicas: 1 });
    await eventually('the sample used the default', () => suite().find('deployment', 'defaults'), {
      until: (deployment) => deployment?.spec?.['replicas'] === 1,
    });
    await expect(suite().apply({ ...myResource({ port: 70_000 }), metadata: { name: 'wrong' } })).rejects.toThrow(
      /spec.port.*65535/,
    );
  });

  withPods('a changed spec reaches the children, and a child deleted or changed by hand is repaired', async () => {
    await suite().apply(myResource({ replicas: 1 }));
    await eventually('one replica', () => suite().get('deployment', 'my-app'), {
      until: ({ spec }) => spec?.['replicas'] === 1,
    });
    await suite().kubectl('delete', 'service', 'my-app', '-n', suite().namespace);
    await eventually('the Service is back', () => suite().find('service', 'my-app'));
    await suite().kubectl('scale', 'deployment', 'my-app', '--replicas=5', '-n', suite().namespace);
    await eventually('the scale is undone', () => suite().get('deployment', 'my-app'), {
      until: ({ spec }) => spec?.['replicas'] === 1,
    });
    await suite().condition({ kind: 'myresource', name: 'my-app' }, 'Ready', 'True');
    expect(await requestsWhileIdle(suite(), ['MyResource'])).toEqual([]);
  });

  withPods('a restart writes nothing', async () => {
    expect(await writesOfRestart(suite(), ['MyResource'])).toEqual([]);
    await suite().condition({ kind: 'myresource', name: 'my-app' }, 'Ready', 'True');
  });

  test('a Deployment of somebody else is not taken over', async () => {
    const container = { name: 'theirs', image: 'theirs' };
    const labels = { app: 'theirs' };
    const template = { metadata: { labels }, spec: { containers: [container] } };
    const spec = { replicas: 1, selector: { matchLabels: labels }, template };
    await suite().apply(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'theirs' }, spec },
      { ...myResource(), metadata: { name: 'theirs' } },
    );
    const { message } = await suite().condition({ kind: 'myresource', name: 'theirs' }, 'Deployment', 'False');
    expect(message).toContain(`Deployment ${suite().namespace}/theirs exists and was not made by Hearth`);
    await suite().condition({ kind: 'myresource', name: 'theirs' }, 'Stalled', 'True');
    const theirs = await suite().get('deployment', 'theirs');
    expect(theirs.spec).toMatchObject({ selector: { matchLabels: labels } });
  });

  withPods('its children go with it', async () => {
    await suite().kubectl('delete', 'myresource', 'my-app', '-n', suite().namespace);
    await eventually('the Deployment is gone', async () => (await suite().find('deployment', 'my-app')) === undefined);
    await eventually('the Service is gone', async () => (await suite().find('service', 'my-app')) === undefined);
  });
});

describe("the guide's sample with the npm package deep-equal left in place", () => {
  beforeAll(makeCopy);
  const suite = useSuite({ name: 'deep-equal', operator: operatorFor(join(COPY, 'my-resource.ts')) });

  withPods(
    'it compares with what the server filled in and calls itself not ready, but stays silent all the same',
    async () => {
      await suite().apply(...RIGHTS, myResource());
      const condition = await suite().condition({ kind: 'myresource', name: 'my-app' }, 'Service', 'False');
      expect(condition.reason).toBe('Updating');
      await eventually('the pods run', () => suite().get('deployment', 'my-app'), {
        until: ({ status }) => status?.['readyReplicas'] === 3,
      });
      expect(await requestsWhileIdle(suite(), ['MyResource'])).toEqual([]);
    },
  );
});

/** The example as the guide has it, but for the framework's paths: `deep-equal` stays npm's. */
function makeCopy(): void {
  mkdirSync(COPY, { recursive: true });
  for (const file of readdirSync(EXAMPLE)) {
    const text = readFileSync(join(EXAMPLE, file), 'utf8');
    const npm = 'import deepEqual from "deep-equal";';
    writeFileSync(join(COPY, file), text.replace(/^import \{ deepEqual \} from .*$/m, npm));
  }
}
