import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadImage } from '../../testenv/src/node-images.ts';
import { reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { buildOperatorImage } from '../../testenv/src/operator-image.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { kindParts } from '../harness/kind-part.ts';
import { buildServerImage } from './images/servers.ts';
import type { KindOnNode } from './kind-on-node.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/**
 * Starts one cluster with a real node and installs Hearth into it as a user would: the image that the Dockerfile makes,
 * and `kubectl apply -k manifests`. Where no node can be, nothing is started and the tests are skipped by name.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (reasonAgainstNode() !== undefined) {
    return async () => undefined;
  }
  const images = [await buildOperatorImage(), await buildServerImage('postgres:17')];
  for (const build of (await kindParts<KindOnNode>('node')).flatMap((kind) => kind.images)) {
    images.push(await build());
  }
  const testenv = await startTestenv({ profile: 'node' });
  project.provide('testenv', testenv.handle);
  try {
    for (const { archive } of images) {
      await loadImage(testenv, archive);
    }
    await install(testenv);
  } catch (error) {
    await testenv.stop();
    throw error;
  }
  return () => testenv.stop();
}

async function install(testenv: Testenv): Promise<void> {
  const { code, stderr } = await testenv.kubectl(['apply', '-k', MANIFESTS]);
  if (code !== 0) {
    throw new Error(`kubectl apply -k manifests failed: ${stderr}`);
  }
}
