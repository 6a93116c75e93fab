import type { Command } from 'commander';

/** What can be written after a command. */
export type CommandWords = {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What its first argument may be: kinds, with a slash where an object is meant, or given words. */
  readonly words: readonly string[];
  /** Whether a name follows a word, so that no blank does. */
  readonly namesFollow: boolean;
};

export type OptionWords = {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
};

export type Completions = { readonly commands: readonly CommandWords[] };

/** The words of a tree of commands, for the shells. */
export function completionsOf(root: Command, kinds: readonly string[]): Completions {
  return { commands: root.commands.map((command) => wordsOf(command, kinds)) };
}

function wordsOf(command: Command, kinds: readonly string[]): CommandWords {
  const [first] = command.registeredArguments;
  const name = first?.name() ?? '';
  const isObject = name === 'kind/name';
  const ofKinds = name.startsWith('kind') ? kinds.map((kind) => (isObject ? `${kind}/` : kind)) : [];
  return {
    name: command.name(),
    description: plain(command.description()),
    options: [...command.options.map(optionOf), helpOption()],
    words: first?.argChoices ?? ofKinds,
    namesFollow: isObject,
  };
}

function optionOf(option: Command['options'][number]): OptionWords {
  const { short, long, description, required, optional, argChoices = [] } = option;
  return {
    flags: [short, long].flatMap((flag) => flag ?? []),
    description: plain(description),
    takesValue: required || optional,
    choices: argChoices,
  };
}

function helpOption(): OptionWords {
  return { flags: ['-h', '--help'], description: 'display help for command', takesValue: false, choices: [] };
}

/** A text that no shell takes for anything else. */
function plain(text: string): string {
  return text.replaceAll(/['"`$\\[\]:]/g, '');
}
