/** One rule of a Role, as in `rules`. */
export type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
};

/** A rule, and what a reader of the role, and the test that proves it, have to know of it. */
export type ExplainedRule = {
  readonly rule: Rule;
  /** Why it is asked for: one sentence, which stands above it. */
  readonly because: string;
  /** Verbs that no request of a test shows, and why they are asked for all the same. */
  readonly unproved?: { readonly verbs: readonly string[]; readonly because: string };
  /** Where it holds: in every namespace that is looked after, unless one is named or it is of the whole cluster. */
  readonly place?: { readonly namespace: string } | 'cluster';
};
