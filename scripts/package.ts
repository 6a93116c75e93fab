// Writes dist/install.yaml: what `kubectl apply -k manifests` installs, in one file.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { inOrder, objectsOf } from './kustomization.ts';

const DIST = join(import.meta.dirname, '../dist');

const objects = inOrder(objectsOf('.'));
mkdirSync(DIST, { recursive: true });
writeFileSync(
  join(DIST, 'install.yaml'),
  objects.map((each) => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false })).join('---\n'),
);
console.log(`dist/install.yaml: ${objects.length} objects`);
