import { type AnyDefinition, describeRef, type Manifest, refIn } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';
import { readManifestFiles } from './manifest-files.ts';

/** The objects of our kinds in files, and a word about every other one. @throws Error that names a file that is not right. */
export async function readManifests(files: readonly string[], namespace: string): Promise<Manifest[]> {
  const objects = await readManifestFiles(files);
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

function isOf({ apiVersion, kind }: Manifest, definition: AnyDefinition): boolean {
  return kind === definition.kind && apiVersion === `${definition.group}/${definition.version}`;
}
