import { randomBytes } from 'node:crypto';
import type { Testenv } from './testenv.ts';

/** A namespace of its own for a test. */
export interface TestNamespace {
  readonly name: string;
  /** Asks for deletion and does not wait for it. */
  delete(): Promise<void>;
}

/** Creates a namespace with a unique name that begins with what is given. */
export async function createNamespace(testenv: Testenv, prefix = 'test'): Promise<TestNamespace> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const { status, body } = await testenv.request({
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'testenv.hearth.dev/test': 'true' } } },
  });
  if (status !== 201) throw new Error(`no namespace ${name}: ${status} ${JSON.stringify(body)}`);
  return {
    name,
    delete: async () => {
      await testenv.request({ method: 'DELETE', path: `/api/v1/namespaces/${name}` });
    },
  };
}
