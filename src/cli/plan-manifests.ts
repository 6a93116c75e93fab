import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseAllDocuments } from 'yaml';
import { type AnyDefinition, describeRef, type Manifest, messageOf, refIn } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';

/** The objects of our kinds in files, and a word about every other one. @throws Error that names a file that is not right. */
export async function readManifests(files: readonly string[], namespace: string): Promise<Manifest[]> {
  const objects = (await Promise.all(files.map(readObjects))).flat();
  return objects.flatMap((object) => {
    const definition = definitions.find((each) => isOf(object, each));
    if (!definition) {
      process.stderr.write(`hearth: ${describeRef(refIn(object))} is of no kind of Hearth, and left out\n`);
      return [];
    }
    const metadata = definition.scope === 'Cluster' ? object.metadata : { namespace, ...object.metadata };
    return [{ ...object, metadata }];
  });
}

async function readObjects(file: string): Promise<Manifest[]> {
  const content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  try {
    const documents: unknown[] = parseAllDocuments(content).map((document) => document.toJS());
    const objects = documents.flatMap((each) => (isList(each) ? each.items : (each ?? [])));
    const wrong = objects.findIndex((each) => !isManifest(each));
    if (wrong >= 0) {
      throw new Error(`object ${wrong + 1} has no apiVersion, kind or metadata.name`);
    }
    return objects.filter(isManifest);
  } catch (error) {
    throw new Error(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function isList(value: unknown): value is { readonly items: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}

function isManifest(value: unknown): value is Manifest {
  const { apiVersion, kind, metadata } = (value ?? {}) as Partial<Manifest>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string';
}

function isOf({ apiVersion, kind }: Manifest, definition: AnyDefinition): boolean {
  return kind === definition.kind && apiVersion === `${definition.group}/${definition.version}`;
}
