import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps the CRDs of a release, for the next one to be compared with: `npm run release-crds`, when a version is tagged. */
const MANIFESTS = join(import.meta.dirname, '../manifests');
const RELEASED = join(MANIFESTS, 'released-crds');

rmSync(RELEASED, { recursive: true, force: true });
for (const name of readdirSync(join(MANIFESTS, 'crds')).filter((each) => each !== 'kustomization.yaml')) {
  cpSync(join(MANIFESTS, 'crds', name), join(RELEASED, name));
}
