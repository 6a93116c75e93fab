import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { stringify } from 'yaml';
import {
  type AnyDefinition,
  type CrdManifest,
  createCrdManifest,
  type JsonSchema,
  messageOf,
} from '../framework/framework.ts';
import { EXIT } from './exit-codes.ts';
import { editorSchema } from './json-schema.ts';
import { definitionsOf } from './kinds.ts';
import { note } from './output.ts';

type CrdFlags = { readonly jsonSchema?: boolean; readonly out?: string; readonly output: 'yaml' | 'json' };

/** As the Service in `manifests` has it: it converts objects of kinds with several versions. */
const CONVERTER = {
  service: { namespace: 'hearth-system', name: 'hearth-webhook', port: 443, path: '/convert' },
} as const;

const HELP = `
Examples:
  hearth crds | kubectl apply --server-side -f -
  hearth crds generatesecret
  hearth crds --json-schema --out schemas

Editors that know YAML take a schema from the first line of a manifest:
  # yaml-language-server: $schema=schemas/generatesecret_v1.json
With --json-schema and without --out, all schemas come as one, which knows a manifest by its apiVersion and kind.`;

/** The command `crds`: what is installed, and schemas for editors. \`ends\` is called with the exit code. */
export function createCrdsCommand(ends: (exitCode: number) => void): Command {
  return new Command('crds')
    .description('print the CustomResourceDefinitions, or JSON schemas for editors')
    .argument('[kind...]', 'kinds by any of their names; all of them when none is named')
    .option('--json-schema', 'a JSON schema of each kind and version instead')
    .option('--out <directory>', 'write a file for each instead of printing them')
    .addOption(new Option('-o, --output <format>', 'how to print them').choices(['yaml', 'json']).default('yaml'))
    .addHelpText('after', HELP)
    .action(async (words: readonly string[], flags: CrdFlags) => {
      const files = flags.jsonSchema ? schemaFiles(definitionsOf(words)) : crdFiles(definitionsOf(words), flags.output);
      if (flags.out !== undefined) {
        await writeFiles(flags.out, files);
      } else {
        process.stdout.write(flags.jsonSchema ? json(oneOf(definitionsOf(words))) : joined(files, flags.output));
      }
      ends(EXIT.ok);
    });
}

type Files = ReadonlyMap<string, string>;

function crdFiles(definitions: readonly AnyDefinition[], format: 'yaml' | 'json'): Files {
  return new Map(
    definitions.map((definition) => {
      const crd = crdOf(definition);
      return [`${crd.metadata.name}.${format}`, format === 'json' ? json(crd) : yaml(crd)];
    }),
  );
}

/** A definition says what no CRD can: its author has to change it. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
}

/** The CRD of a kind, as `manifests/crds` has it. @throws DefinitionError that names kind, field and remedy. */
export function crdOf(definition: AnyDefinition): CrdManifest {
  try {
    return createCrdManifest(definition, CONVERTER);
  } catch (error) {
    throw new DefinitionError(`${definition.kind} can have no CRD: ${messageOf(error)}`, { cause: error });
  }
}

/** A schema for each kind and version, by the name of its file. */
function schemaFiles(definitions: readonly AnyDefinition[]): Files {
  return new Map(schemasOf(definitions).map(([name, schema]) => [`${name}.json`, json(schema)]));
}

function schemasOf(definitions: readonly AnyDefinition[]): (readonly [name: string, schema: JsonSchema])[] {
  return definitions.flatMap((definition) => {
    const { group, names, versions } = crdOf(definition).spec;
    return versions.map(({ name, schema }) => {
      const about = { apiVersion: `${group}/${name}`, kind: names.kind };
      return [`${names.singular}_${name}`, editorSchema(schema.openAPIV3Schema, about)] as const;
    });
  });
}

/** All schemas in one: a manifest is held against the one of its kind. */
function oneOf(definitions: readonly AnyDefinition[]): object {
  const schemas = schemasOf(definitions).map(([, schema]) => schema);
  const [only] = schemas;
  return schemas.length === 1 && only ? only : { $schema: 'http://json-schema.org/draft-07/schema#', oneOf: schemas };
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)));
  note(`wrote ${[...files.keys()].map((name) => join(folder, name)).join(', ')}`);
}

function joined(files: Files, format: 'yaml' | 'json'): string {
  const texts = [...files.values()];
  return format === 'yaml'
    ? texts.join('---\n')
    : json({ apiVersion: 'v1', kind: 'List', items: texts.map((text) => JSON.parse(text)) });
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 120, aliasDuplicateObjects: false });
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
