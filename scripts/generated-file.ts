import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

/** The first line of what is made from schemas. */
const HEADER = '# Generated from the Zod schemas by `npm run generate`: do not edit.\n';

/** The first line of what is made from the rest of the definitions. */
export const RIGHTS_HEADER = '# Generated from the definitions of the kinds by `npm run generate`: do not edit.\n';

/** One or several objects as a generated file. */
export function toYaml(...objects: readonly unknown[]): string {
  return (
    HEADER +
    objects
      .map((each) => stringify(each, { lineWidth: 120, aliasDuplicateObjects: false, blockQuote: 'literal' }))
      .join('---\n')
  );
}

/** A kustomization of some files. */
export function kustomizationOf(resources: readonly string[], header = HEADER): string {
  const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
  return header + stringify(kustomization, { lineWidth: 120 });
}

/** Writes files into a folder of the repository. */
export async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(join(ROOT, folder), { recursive: true });
  await Promise.all([...files].map(([name, text]) => writeFile(join(ROOT, folder, name), text)));
}

/** The same, in a folder that has nothing else: what is there and is not written is removed. */
export async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  await writeFiles(folder, files);
  const stale = (await readdir(join(ROOT, folder))).filter((name) => !files.has(name));
  await Promise.all(stale.map((name) => rm(join(ROOT, folder, name), { recursive: true })));
}
