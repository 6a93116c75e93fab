import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Testenv } from './testenv.ts';

/** Which ServiceAccount, and where to put its kubeconfig. */
export interface ServiceAccountOptions {
  readonly namespace: string;
  readonly name: string;
  /** Folder for the file; default: the data folder, or the system's temporary folder for an existing cluster. */
  readonly dir?: string;
  /** How long the token is valid; default one hour, at least ten minutes. */
  readonly expirationSeconds?: number;
}

/**
 * Asks for a token of an existing ServiceAccount (TokenRequest) and returns the path of a kubeconfig with it. Use it
 * to run an operator with exactly the rights that it ships with.
 */
export async function serviceAccountKubeconfig(testenv: Testenv, options: ServiceAccountOptions): Promise<string> {
  const { namespace, name, expirationSeconds = 3600 } = options;
  const { status, body } = await testenv.request({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } },
  });
  if (status !== 201) {
    throw new Error(`no token for ServiceAccount ${namespace}/${name}: ${status} ${JSON.stringify(body)}`);
  }
  const dir = options.dir ?? (testenv.dataDir === '' ? tmpdir() : join(testenv.dataDir, 'service-accounts'));
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `hearth-testenv-${namespace}-${name}.kubeconfig`);
  writeFileSync(path, JSON.stringify(tokenKubeconfig(testenv, body.status.token), undefined, 2), { mode: 0o600 });
  return path;
}

/** A kubeconfig in JSON, which is YAML too. */
function tokenKubeconfig(testenv: Testenv, token: string): unknown {
  const authority = Buffer.from(testenv.caData).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'testenv', cluster: { server: testenv.server, 'certificate-authority-data': authority } }],
    users: [{ name: 'service-account', user: { token } }],
    contexts: [{ name: 'testenv', context: { cluster: 'testenv', user: 'service-account' } }],
    'current-context': 'testenv',
  };
}
