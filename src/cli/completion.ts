import { Argument, Command } from 'commander';
import { definitions } from '../resources/resources.ts';
import { bashScript } from './completion/bash.ts';
import { type Completions, completionsOf } from './completion/completions.ts';
import { fishScript } from './completion/fish.ts';
import { zshScript } from './completion/zsh.ts';
import { EXIT } from './exit-codes.ts';

const SHELLS: Readonly<Record<string, (completions: Completions) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const HELP = `
Examples:
  source <(hearth completion bash)
  hearth completion zsh > "\${fpath[1]}/_hearth"
  hearth completion fish > ~/.config/fish/completions/hearth.fish

Commands, options, their choices and kinds are completed; names of objects are not, since that would ask the cluster.`;

/** The command `completion`: a script for a shell. \`ends\` is called with the exit code. */
export function createCompletionCommand(ends: (exitCode: number) => void): Command {
  const command = new Command('completion')
    .description('print a script that completes command lines')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP);
  return command.action((shell: string) => {
    const script = SHELLS[shell];
    if (command.parent && script) {
      process.stdout.write(script(completionsOf(command.parent, kindNames())));
    }
    ends(EXIT.ok);
  });
}

function kindNames(): string[] {
  return definitions.map(({ kind }) => kind.toLowerCase());
}
