/** A piece of code of a page: its language, what the page says of it, and its text. */
export type Fence = { readonly language: string; readonly about: string; readonly text: string };

/** Every fenced piece of a page, in order. */
export function fencesOf(page: string): Fence[] {
  return [...page.matchAll(/^```(\S+)(?: ([^\n]+))?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', about = '', text = '']) => {
      return { language, about, text };
    },
  );
}

/** One command of a session in a terminal, and what it says. `…` stands for anything. */
export type Exchange = { readonly command: string; readonly answer: string };

/** The commands of a session. */
export function exchangesOf(session: string): Exchange[] {
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((each) => {
      const [command = '', ...lines] = each.trimEnd().split('\n');
      return { command, answer: lines.join('\n') };
    });
}

/** Whether an answer is as the page has it, but for what the page leaves open and for columns' widths. */
export function isAsTold(told: string, said: string): boolean {
  const plain = (text: string) => text.trim().replaceAll(/[ \t]+/g, ' ');
  const pattern = plain(told)
    .split('…')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[\\s\\S]*');
  return new RegExp(`^${pattern}$`).test(plain(said));
}
