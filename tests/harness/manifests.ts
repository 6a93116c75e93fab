import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Manifest } from '../../src/framework/framework.ts';
import type { Testenv } from '../../testenv/src/testenv.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The objects in a text of YAML documents. */
export function objectsIn(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as Manifest | null) ?? []);
}

/** What `kubectl kustomize` makes of a folder of the repository. */
export async function kustomized({ kubectl }: Pick<Testenv, 'kubectl'>, folder: string): Promise<Manifest[]> {
  const { code, stdout, stderr } = await kubectl(['kustomize', join(ROOT, folder)]);
  if (code !== 0) {
    throw new Error(`kubectl kustomize ${folder} failed: ${stderr}`);
  }
  return objectsIn(stdout);
}

/** A name by which objects of two renderings are compared. */
export function idOf({ kind, metadata: { namespace = '', name } }: Manifest): string {
  return `${kind} ${namespace}/${name}`;
}

type Container = { readonly env?: readonly { readonly name: string; readonly value?: string }[] };

/** The literal environment variables that a rendering gives to the operator. */
export function operatorEnv(objects: readonly Manifest[]): Record<string, string> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as
    | { readonly spec: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } } }
    | undefined;
  const env = deployment?.spec.template.spec.containers[0]?.env ?? [];
  return Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])));
}
