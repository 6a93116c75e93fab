/**
 * Fills in a template: `__word__` stands for a word, and lines between `%% block` and `%% end` are there only when the
 * block is wanted. @throws Error for a word that is not known.
 */
export function fillIn(template: string, words: Readonly<Record<string, string>>, blocks: readonly string[]): string {
  return keep(template, blocks).replaceAll(/__([A-Za-z]+(?:_[A-Za-z]+)*)__/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) {
      throw new Error(`the template has __${name}__, which stands for nothing`);
    }
    return word;
  });
}

function keep(template: string, blocks: readonly string[]): string {
  let isKept = true;
  const lines = template.split('\n').filter((line) => {
    const mark = /^%% (.+)$/.exec(line)?.[1];
    if (mark !== undefined) {
      isKept = mark === 'end' || blocks.includes(mark);
    }
    return mark === undefined && isKept;
  });
  return lines.join('\n');
}
