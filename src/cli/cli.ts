import { Command, CommanderError } from 'commander';
import { messageOf } from '../framework/framework.ts';
import { createCompletionCommand } from './completion.ts';
import { createConvexCommands } from './convex-jobs.ts';
import { createCrdsCommand } from './crds.ts';
import { createDoctorCommand } from './doctor.ts';
import { EXIT, EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { createExplainCommand } from './explain.ts';
import { createGetCommand } from './get.ts';
import { note } from './output.ts';
import { createPlanCommand } from './plan.ts';
import { createRbacCommand } from './rbac.ts';
import { createReconcileCommand } from './reconcile.ts';
import { run } from './run.ts';
import { createSuspendCommands } from './suspend.ts';
import { createTreeCommand } from './tree.ts';
import { createValidateCommand } from './validate.ts';
import { createWaitCommand } from './wait.ts';

type Written = { exitCode: number };

/** The program: without a command it runs the operator. Resolves to the exit code, or to nothing while it goes on. */
export async function main(argv: readonly string[]): Promise<number | undefined> {
  const result: Partial<Written> = {};
  const ends = (exitCode: number) => {
    result.exitCode = exitCode;
  };
  try {
    await createProgram(ends).parseAsync(argv, { from: 'user' });
    return result.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // it has told why already
    }
    note(messageOf(error));
    return exitCodeOf(error);
  }
}

/** The tree of all commands. \`ends\` is called with the exit code when one of them ends. */
export function createProgram(ends: (exitCode: number) => void): Command {
  const root = new Command('hearth')
    .description('One Kubernetes operator for self-hosted platforms.')
    .showHelpAfterError('Try --help.')
    .addHelpText('afterAll', EXIT_CODES)
    .exitOverride();
  root
    .command('run', { isDefault: true })
    .description('run the operator until it is told to stop (the default); settings are environment variables')
    .action(run);
  const commands = [
    createGetCommand(ends),
    createTreeCommand(ends),
    createWaitCommand(ends),
    createReconcileCommand(ends),
    ...createSuspendCommands(ends),
    createExplainCommand(ends),
    createDoctorCommand(ends),
    createPlanCommand(ends),
    createValidateCommand(ends),
    createCrdsCommand(ends),
    createRbacCommand(ends),
    createCompletionCommand(ends),
    ...createConvexCommands(ends),
  ];
  for (const command of commands) {
    root.addCommand(command.copyInheritedSettings(root));
  }
  return root;
}
