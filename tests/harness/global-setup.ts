import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { type AnyDefinition, createCrdManifest } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { specimenDefinition } from '../conformance/specimen.ts';
import { stackDefinition } from './stack.ts';

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
  const crds = [...definitions, myResourceDefinition, stackDefinition, specimenDefinition()].map((definition) =>
    createCrdManifest(definition),
  );
  await Promise.all(crds.map((crd) => writeFile(join(folder, `${crd.metadata.name}.yaml`), JSON.stringify(crd))));
  const testenv = await startTestenv({ crdDirs: [folder] });
  project.provide('testenv', testenv.handle);
  try {
    // A cluster that was there before has not got the CRDs of the folder.
    await kubectl(testenv, 'apply', '--server-side', '-f', folder);
    await kubectl(testenv, 'apply', '-k', MANIFESTS);
  } catch (error) {
    await testenv.stop();
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
  return () => testenv.stop();
}

async function kubectl(testenv: Testenv, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await testenv.kubectl(args);
  if (code !== 0) {
    throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
  }
}
