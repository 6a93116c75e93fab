import { Command, InvalidArgumentError } from 'commander';
import { definitions } from '../resources/resources.ts';
import { EXIT } from './exit-codes.ts';
import { rightsText } from './rbac/operator-roles.ts';

const HELP = `
Examples:
  hearth rbac | kubectl apply --server-side -f -
  hearth rbac --namespaces homelab,postgres

It is what manifests/rbac has: the rights of the ServiceAccount hearth in hearth-system, with a reason for each, and
roles for users. What the webhook needs for its certificates comes with its component.`;

/** The command `rbac`: what the operator and its users may do. \`ends\` is called with the exit code. */
export function createRbacCommand(ends: (exitCode: number) => void): Command {
  return new Command('rbac')
    .description("print the operator's rights, and roles for users")
    .option('--namespaces <names>', 'only for an operator of these namespaces, separated by commas', namesIn, [])
    .addHelpText('after', HELP)
    .action(({ namespaces }: { readonly namespaces: readonly string[] }) => {
      process.stdout.write(rightsText(definitions, namespaces));
      ends(EXIT.ok);
    });
}

/** @throws InvalidArgumentError when one of the names is none: it would end up in YAML. */
function namesIn(list: string): string[] {
  const names = [...new Set(list.split(',').map((name) => name.trim()))];
  const wrong = names.find((name) => !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(`"${wrong}" cannot be a namespace.`);
  }
  return names;
}
