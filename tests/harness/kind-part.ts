import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { directoryOf } from '../../scripts/kind-names.ts';
import type { AnyDefinition } from '../../src/framework/framework.ts';
import { definitions } from '../../src/resources/resources.ts';

const RESOURCES = join(import.meta.dirname, '../../src/resources');

/**
 * What a kind brings for those who try, measure and show it. Each is a file of its directory, and goes with it; nobody
 * else has to name the kind.
 */
export type Role = 'trial' | 'bench' | 'demo' | 'node';

/**
 * What `<kind>.<role>.ts` exports by the name of the role; nothing when the kind has no such file. Whoever asks says what
 * it is, and so does the file that is found.
 */
export async function kindPart<Part>({ kind }: Pick<AnyDefinition, 'kind'>, role: Role): Promise<Part | undefined> {
  const name = directoryOf(kind);
  const path = join(RESOURCES, name, `${name}.${role}.ts`);
  if (!existsSync(path)) {
    return undefined;
  }
  const { [role]: part } = (await import(pathToFileURL(path).href)) as Partial<Record<Role, Part>>;
  if (!part) {
    throw new Error(`${path} exports no ${role}`);
  }
  return part;
}

/** What all registered kinds bring for one role. */
export async function kindParts<Part>(role: Role): Promise<readonly Part[]> {
  const parts = await Promise.all(definitions.map((definition) => kindPart<Part>(definition, role)));
  return parts.flatMap((part) => part ?? []);
}
