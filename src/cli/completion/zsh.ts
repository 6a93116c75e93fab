import type { CommandWords, Completions, OptionWords } from './completions.ts';

/** A script for zsh. */
export function zshScript({ commands }: Completions): string {
  const names = commands.map(({ name, description }) => `    '${name}:${description}'`);
  return `#compdef hearth
_hearth() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(caseOf).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_hearth" ]; then _hearth "$@"; else compdef _hearth hearth; fi
`;
}

function caseOf({ name, options, words, namesFollow }: CommandWords): string {
  const parts = options.flatMap((option) => option.flags.map((flag) => `      '${specOf(flag, option)}'`));
  const blank = namesFollow ? ' -S ""' : '';
  const first = words.length === 0 ? `      '*:file:_files'` : `      '1:word:{compadd${blank} -- ${words.join(' ')}}'`;
  return `    ${name})
      _arguments ${['\\', ...[...parts, first].map((part, index, all) => (index < all.length - 1 ? `${part} \\` : part))].join('\n')}
      ;;`;
}

function specOf(flag: string, { description, takesValue, choices }: OptionWords): string {
  const value = choices.length === 0 ? ':value:_files' : `:value:(${choices.join(' ')})`;
  return `${flag}[${description}]${takesValue ? value : ''}`;
}
