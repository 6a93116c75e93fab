import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type AnyDefinition, createCrdManifest } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { startTestenv } from '../../testenv/src/testenv.ts';

/** By its path only, because the guide's text compiles under settings of its own. */
const EXAMPLE: string = join(import.meta.dirname, '../../examples/my-resource/my-resource.ts');
const MANIFESTS = join(import.meta.dirname, '../../manifests');

/**
 * Starts one control plane for the whole run and installs Hearth into it as a user would. The CRDs, those of the
 * examples too, go in before the controllers start: the garbage collector learns of later ones half a minute later.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-crds-'));
  const { myResourceDefinition } = (await import(EXAMPLE)) as { myResourceDefinition: AnyDefinition };
  const crds = [...definitions, myResourceDefinition].map((definition) => createCrdManifest(definition));
  await Promise.all(crds.map((crd) => writeFile(join(folder, `${crd.metadata.name}.yaml`), JSON.stringify(crd))));
  const testenv = await startTestenv({ crdDirs: [folder] });
  await rm(folder, { recursive: true });
  project.provide('testenv', testenv.handle);
  const { code, stderr } = await testenv.kubectl(['apply', '-k', MANIFESTS]);
  if (code !== 0) {
    await testenv.stop();
    throw new Error(`kubectl apply -k manifests failed: ${stderr}`);
  }
  return () => testenv.stop();
}
