import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crdOf } from '../../src/cli/crds.ts';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import { startTestenv, type Testenv, type TestenvOptions } from '../../testenv/src/testenv.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/**
 * Starts a control plane and installs Hearth into it as a user would. The CRDs go in before the controllers start: the
 * garbage collector learns of later ones half a minute later. Nobody converts: what asks for an older version of a kind
 * has to bring the webhook.
 */
export async function startWithHearth(
  definitions: readonly AnyDefinition[],
  options: TestenvOptions = {},
): Promise<Testenv> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-crds-'));
  try {
    const crds = definitions.map(crdOf);
    await Promise.all(crds.map((crd) => writeFile(join(folder, `${crd.metadata.name}.yaml`), JSON.stringify(crd))));
    const testenv = await startTestenv({ ...options, crdDirs: [folder] });
    await install(testenv, folder).catch(async (error: unknown) => {
      await testenv.stop();
      throw error;
    });
    return testenv;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function install(testenv: Testenv, crds: string): Promise<void> {
  // A cluster that was there before has not got the CRDs of the folder.
  for (const args of [
    ['apply', '--server-side', '-f', crds],
    ['apply', '-k', MANIFESTS],
  ]) {
    const { code, stderr } = await testenv.kubectl(args);
    if (code !== 0) {
      throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
    }
  }
}
