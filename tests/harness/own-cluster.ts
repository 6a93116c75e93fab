import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from '../../testenv/src/build.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';

/** Applies manifests as they are. @throws Error with what kubectl said when one is refused. */
export async function applyAll(testenv: Testenv, ...manifests: readonly unknown[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests });
  const { code, stderr } = await testenv.kubectl(['apply', '--server-side', '-f', '-'], { input });
  if (code !== 0) {
    throw new Error(`kubectl apply failed: ${stderr}`);
  }
}

/** A CRD of a kind without rules, and the name by which it is deleted. */
export function freeFormCrd(group: string, kind: string) {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural: `${singular}s`, singular },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  };
}

/** Deletes a CRD and waits until it is gone. */
export async function deleteCrd(testenv: Testenv, name: string): Promise<void> {
  await testenv.kubectl(['delete', 'crd', name, '--timeout=30s']);
}

/** Applies a CRD and waits until it is served. */
export async function establishCrd(testenv: Testenv, crd: { readonly metadata: { readonly name: string } }) {
  await applyAll(testenv, crd);
  await testenv.kubectl(['wait', '--for=condition=Established', `crd/${crd.metadata.name}`, '--timeout=30s']);
}

/** A control plane whose API server has a feature switched off, as an older one has not got it. */
export async function startWithoutFeature(feature: string): Promise<{ testenv: Testenv; end: () => Promise<void> }> {
  const { binDir } = await ensureBuilt('full', (line) => void process.stderr.write(`testenv: ${line}\n`));
  const folder = await mkdtemp(join(tmpdir(), 'hearth-assets-'));
  for (const name of ['etcd', 'kubectl']) {
    await symlink(join(binDir, name), join(folder, name));
  }
  const apiserver = join(folder, 'kube-apiserver');
  await writeFile(
    apiserver,
    `#!/bin/sh\nexec ${join(binDir, 'kube-apiserver')} "$@" --feature-gates=${feature}=false\n`,
  );
  await chmod(apiserver, 0o755);
  process.env['KUBEBUILDER_ASSETS'] = folder;
  try {
    const testenv = await startTestenv({ profile: 'api' });
    const end = async () => {
      await testenv.stop();
      await rm(folder, { recursive: true });
    };
    return { testenv, end };
  } finally {
    delete process.env['KUBEBUILDER_ASSETS'];
  }
}
