import { Command, CommanderError, Option } from 'commander';
import { messageOf } from '../framework/framework.ts';
import { createConvexCommands } from './convex-jobs.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { explain } from './explain.ts';
import { createPlanCommand } from './plan.ts';
import { run } from './run.ts';

const EXIT_CODES = `
Exit codes:
  0  done
  1  failed: the cluster or the operator cannot be reached, or refuses
  2  plan: something would change
  3  explain: nothing is known of the object
  64 the command line is wrong`;

const EXPLAIN_EXAMPLES = `
Examples:
  hearth explain PostgresDatabase/db -n homelab
  hearth explain pgdb/db -n homelab -o json
  kubectl exec -n hearth-system deploy/hearth -- \\
    node /app/hearth.mjs explain pgdb/db -n homelab --url http://localhost:8080

Without --url the operator's pods are asked through the API server, which takes the right to get pods and pods/proxy
in their namespace, and an operator that answers beyond its own pod (HEARTH_EXPLAIN=cluster).
${EXIT_CODES}`;

type Written = { exitCode: number };

/** The program: without a command it runs the operator. Resolves to the exit code, or to nothing while it goes on. */
export async function main(argv: readonly string[]): Promise<number | undefined> {
  const result: Partial<Written> = {};
  try {
    await program(result).parseAsync(argv, { from: 'user' });
    return result.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // it has told why already
    }
    process.stderr.write(`hearth: ${messageOf(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

function program(result: Partial<Written>): Command {
  const root = new Command('hearth')
    .description('One Kubernetes operator for self-hosted platforms.')
    .showHelpAfterError('Try --help.')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  root
    .command('run', { isDefault: true })
    .description('run the operator until it is told to stop (the default); settings are environment variables')
    .action(run);
  root
    .command('explain')
    .description('tell why an object runs: its last runs with causes, requests, writes and waits')
    .argument('<kind/name>', 'the object; a kind by any of its names, as kubectl has it')
    .option('-n, --namespace <namespace>', 'the namespace of the object', 'default')
    .option('--url <url>', 'the address of the health endpoints, instead of finding the pod')
    .option('--operator-namespace <namespace>', 'where the operator runs', 'hearth-system')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .addHelpText('after', EXPLAIN_EXAMPLES)
    .action(async (target, options) => {
      result.exitCode = await explain(target, options);
    });
  const ends = (exitCode: number) => {
    result.exitCode = exitCode;
  };
  for (const command of [createPlanCommand(ends), ...createConvexCommands(ends)]) {
    root.addCommand(command.copyInheritedSettings(root));
  }
  return root;
}
