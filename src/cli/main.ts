import { Command } from 'commander';
import { createPlanCommand } from './plan.ts';

/** The commands beside the operator itself. */
const program = new Command('hearth').description('One Kubernetes operator for self-hosted platforms.');
program.addCommand(createPlanCommand((exitCode) => process.exit(exitCode)));
await program.parseAsync();
