import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { type Manifest, messageOf } from '../framework/framework.ts';

/** The objects in files of YAML or JSON; `-` is standard input. @throws Error that names a file that is not right. */
export async function readManifestFiles(files: readonly string[]): Promise<Manifest[]> {
  return (await Promise.all(files.map(readObjects))).flat();
}

async function readObjects(file: string): Promise<Manifest[]> {
  try {
    return objectsIn(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The objects in a text, those of lists one by one. @throws Error when one is no object of Kubernetes. */
export function objectsIn(content: string): Manifest[] {
  const documents: unknown[] = parseAllDocuments(content).map((document) => {
    const [error] = document.errors;
    if (error) {
      throw error;
    }
    return document.toJS();
  });
  const objects = documents.flatMap((each) => (isList(each) ? each.items : (each ?? [])));
  const wrong = objects.findIndex((each) => !isManifest(each));
  if (wrong >= 0) {
    throw new Error(`object ${wrong + 1} has no apiVersion, kind or metadata.name`);
  }
  return objects.filter(isManifest);
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

function isManifest(value: unknown): value is Manifest {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Manifest>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}
