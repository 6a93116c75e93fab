/** What one look at the cluster came to. */
export type Finding = {
  /** What was looked at: `crd`, `api`, `right`, `operator`, `lease` or `webhook`. */
  readonly check: string;
  readonly subject: string;
  readonly state: 'ok' | 'wrong' | 'unknown';
  /** The kinds that it matters for; all of them when empty. */
  readonly kinds: readonly string[];
  /** What is wrong and what to do; empty when nothing is. */
  readonly message: string;
};

type About = Pick<Finding, 'check' | 'subject'> & { readonly kinds?: readonly string[] };

export function fine(about: About): Finding {
  return { kinds: [], ...about, state: 'ok', message: '' };
}

export function wrong(about: About, message: string): Finding {
  return { kinds: [], ...about, state: 'wrong', message };
}

export function unknown(about: About, message: string): Finding {
  return { kinds: [], ...about, state: 'unknown', message };
}
