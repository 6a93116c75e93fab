import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadImage } from '../../testenv/src/node-images.ts';
import { reasonAgainstNode } from '../../testenv/src/node-machine.ts';
import { buildOperatorImage } from '../../testenv/src/operator-image.ts';
import { startTestenv, type Testenv } from '../../testenv/src/testenv.ts';
import { NEXT } from './convex-manifests.ts';
import { buildConvexImage } from './images/convex.ts';
import { buildServerImage } from './images/servers.ts';

const MANIFESTS = join(import.meta.dirname, '../../manifests');

/**
 * Starts one cluster with a real node and installs Hearth into it as a user would: the image that the Dockerfile makes,
 * and `kubectl apply -k manifests`. Where no node can be, nothing is started and the tests are skipped by name.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (reasonAgainstNode() !== undefined) {
    return async () => undefined;
  }
  const images = [
    await buildOperatorImage(),
    await buildServerImage('postgres:17'),
    await buildConvexImage('backend'),
    await buildConvexImage('backend', { version: NEXT }),
    await buildConvexImage('dashboard'),
  ];
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
