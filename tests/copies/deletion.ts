import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { directoryOf, variableOf } from '../../scripts/kind-names.ts';
import type { RepositoryCopy } from '../harness/repository-copy.ts';

/** Deletes a kind as the guide says: its directory, and its line (and its import) in the list of kinds. */
export function deleteKind(copy: RepositoryCopy, kind: string): void {
  rmSync(join(copy.folder, 'src/resources', directoryOf(kind)), { recursive: true });
  const registry = join(copy.folder, 'src/resources/resources.ts');
  const lines = readFileSync(registry, 'utf8').split('\n');
  writeFileSync(registry, lines.filter((line) => !line.includes(`${variableOf(kind)}Definition`)).join('\n'));
}
