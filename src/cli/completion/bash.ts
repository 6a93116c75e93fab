import type { CommandWords, Completions, OptionWords } from './completions.ts';

/** A script for bash. */
export function bashScript({ commands }: Completions): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion for hearth
_hearth() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help" -- "$cur"))
    return
  fi
  local options="" words=""
  case "\${COMP_WORDS[1]}" in
${commands.map(caseOf).join('\n')}
  esac
  if [ "\${cur:0:1}" = "-" ]; then words="$options"; fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [ "\${#COMPREPLY[@]}" -eq 1 ] && [ "\${COMPREPLY[0]: -1}" = "/" ]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _hearth hearth
`;
}

function caseOf({ name, options, words }: CommandWords): string {
  const values = options.filter(({ takesValue }) => takesValue);
  const flags = options.flatMap((option) => option.flags).join(' ');
  const choices = values.map(choiceOf).join('\n');
  const before = values.length === 0 ? '' : `\n      case "$prev" in\n${choices}\n      esac`;
  return `    ${name})${before}
      options="${flags}"
      words="${words.join(' ')}"
      ;;`;
}

function choiceOf({ flags, choices }: OptionWords): string {
  const reply = choices.length === 0 ? '' : `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$cur")); `;
  return `        ${flags.join('|')}) ${reply}return ;;`;
}
