import { afterAll, beforeAll, inject } from 'vitest';
import type { Json } from '../../testenv/src/api-request.ts';
import { createNamespace, type TestNamespace } from '../../testenv/src/namespaces.ts';
import { attachTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { eventually } from '../../testenv/src/wait.ts';

/** The control plane of this test run and a namespace of this test file. */
export interface Cluster {
  readonly testenv: Testenv;
  readonly namespace: string;
  /** Applies manifests (objects) in the namespace, as the administrator. */
  apply(...manifests: readonly object[]): Promise<void>;
  /** Reads one object; undefined when there is none. `kind` as kubectl takes it. */
  get(kind: string, name: string): Promise<Json>;
  /** Waits until an object satisfies a condition. */
  until(kind: string, name: string, holds: (object: Json) => boolean): Promise<Json>;
}

/** Prepares a namespace for the tests of one file. */
export function useCluster(): Cluster {
  const testenv = attachTestenv(inject('testenv'));
  let namespace: TestNamespace | undefined;
  beforeAll(async () => {
    namespace = await createNamespace(testenv);
  });
  afterAll(async () => {
    await namespace?.delete();
  });
  const get = async (kind: string, name: string) => {
    const { stdout, stderr, code } = await testenv.kubectl([
      ...['get', kind, name, '--namespace', namespace?.name ?? '', '--output', 'json', '--ignore-not-found'],
    ]);
    if (code !== 0) throw new Error(stderr);
    return stdout === '' ? undefined : JSON.parse(stdout);
  };
  return {
    testenv,
    get namespace() {
      return namespace?.name ?? '';
    },
    get,
    apply: async (...manifests) => {
      const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
      const args = ['apply', '--server-side', '--namespace', namespace?.name ?? '', '-f', '-'];
      const { code, stderr } = await testenv.kubectl(args, { input });
      if (code !== 0) throw new Error(stderr);
    },
    until: (kind, name, holds) =>
      eventually(`${kind} ${name}`, () => get(kind, name), {
        until: (object) => object !== undefined && holds(object),
        intervalMs: 150,
      }),
  };
}
