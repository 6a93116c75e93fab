import { Command } from 'commander';
import { type AnyDefinition, describeRef, type Manifest, refIn } from '../framework/framework.ts';
import { definitions } from '../resources/resources.ts';
import { EXIT } from './exit-codes.ts';
import { readManifestFiles } from './manifest-files.ts';
import { type Format, note, outputOption, print } from './output.ts';
import type { Verdict } from './validate/problem.ts';
import { validateManifest } from './validate/validate-manifest.ts';

type ValidateFlags = { readonly filename: readonly string[]; readonly output: Format };

const HELP = `
Examples:
  hearth validate -f database.yaml
  kustomize build . | hearth validate -f - -o json

No cluster is asked. The answer is that of kubectl apply for a new object: fields, schema and CEL rules, and then what
Hearth says of it, at admission or in its first run. What only a server can tell is named as not checked offline.
Objects of other kinds are left out. Exit code 1 says that an object is not valid.`;

/** The command `validate`: what the server would say. \`ends\` is called with the exit code. */
export function createValidateCommand(ends: (exitCode: number) => void): Command {
  return new Command('validate')
    .description('check manifests offline, as the server and the operator would')
    .requiredOption('-f, --filename <file...>', 'manifests in YAML or JSON; - is standard input')
    .addOption(outputOption())
    .addHelpText('after', HELP)
    .action(async ({ filename, output }: ValidateFlags) => {
      const verdicts = await verdictsOf(definitions, await readManifestFiles(filename));
      print(output, verdicts, () => verdictText(verdicts));
      ends(verdicts.every(({ valid }) => valid) ? EXIT.ok : EXIT.failed);
    });
}

/** A verdict on every manifest of our kinds, and a word about every other one. */
export async function verdictsOf(
  kinds: readonly AnyDefinition[],
  manifests: readonly Manifest[],
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const manifest of manifests) {
    const verdict = await validateManifest(kinds, manifest);
    if (verdict) {
      verdicts.push(verdict);
    } else {
      note(`${describeRef(refIn(manifest))} is of no kind of Hearth, and left out`);
    }
  }
  return verdicts;
}

/** Verdicts for people. */
export function verdictText(verdicts: readonly Verdict[]): string {
  const invalid = verdicts.filter(({ valid }) => !valid).length;
  const lines = verdicts.flatMap(({ valid, problems, warnings, unchecked, ...ref }) => [
    `${describeRef(ref)} is ${valid ? 'valid' : 'not valid'}`,
    ...problems.map(({ field, message }) => `  - ${field === '' ? '' : `${field} `}${message}`),
    ...warnings.map((warning) => `  ! ${warning}`),
    ...unchecked.map((what) => `  ? not checked offline: ${what}`),
  ]);
  return [...lines, '', `${verdicts.length - invalid} valid, ${invalid} not`].join('\n');
}
