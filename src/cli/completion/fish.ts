import type { CommandWords, Completions, OptionWords } from './completions.ts';

/** A script for fish. */
export function fishScript({ commands }: Completions): string {
  const names = commands.map(
    ({ name, description }) => `complete -c hearth -n __fish_use_subcommand -f -a '${name}' -d '${description}'`,
  );
  return `# fish completion for hearth\n${[...names, ...commands.flatMap(linesOf)].join('\n')}\n`;
}

function linesOf({ name, options, words }: CommandWords): string[] {
  const seen = `complete -c hearth -n '__fish_seen_subcommand_from ${name}'`;
  const first = words.length === 0 ? [] : [`${seen} -f -a '${words.join(' ')}'`];
  return [...first, ...options.map((option) => `${seen} ${optionOf(option)}`)];
}

function optionOf({ flags, description, takesValue, choices }: OptionWords): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = takesValue ? [choices.length === 0 ? '-r' : `-x -a '${choices.join(' ')}'`] : ['-f'];
  return [...names, ...value, `-d '${description}'`].join(' ');
}
