/** The words of a kind's name: `DNSRecord` is `DNS` and `Record`. */
function wordsOf(kind: string): string[] {
  return kind.match(/[A-Z]+(?![a-z])\d*|[A-Z][a-z\d]*/g) ?? [kind];
}

/** What a kind's directory, sample and page are called: `MyKind` is `my-kind`. */
export function directoryOf(kind: string): string {
  return wordsOf(kind).join('-').toLowerCase();
}

/** What a kind's variables begin with: `MyKind` is `myKind`. */
export function variableOf(kind: string): string {
  const [first = '', ...rest] = wordsOf(kind);
  return first.toLowerCase() + rest.join('');
}
