/** What a kind does with objects of another kind. */
export type Deed = 'watch' | 'read' | 'apply' | 'delete';

/** What a kind does with objects of one other kind, declared in its definition; a role is made of it. */
export type RightsDeclaration = {
  /** The API group; the core group unless given. */
  readonly group?: string;
  /** The resource as a role names it: plural, in lower case. */
  readonly resource: string;
  /** The only objects that it is done with; all unless given. */
  readonly names?: readonly string[];
  /** `watch` is to list and watch, `read` to get one, which of Secrets are the values, and `apply` to create and patch. */
  readonly deeds: readonly Deed[];
  /** Why, in one sentence without a full stop; it becomes a comment in the role. */
  readonly because: string;
  /** Where the objects are, if not in the namespaces that are looked after. */
  readonly place?: { readonly namespace: string } | 'cluster';
  /** Deeds that no sample of the kind shows, and why not; the conformance kit takes the others to be proved. */
  readonly unproved?: { readonly deeds: readonly Deed[]; readonly because: string };
};

/** A part of a kind, as far as a definition looks at it: a `Component` is one. */
export type OwningPart = {
  readonly name: string;
  readonly needs?: readonly OwningPart[];
  readonly kinds: readonly { readonly apiVersion: string; readonly kind: string }[];
};

/** What a definition says of the rights that its kind needs. */
export type DeclaredRights = {
  /** The components that the kind is made of; what they make is listed, watched, applied and deleted. */
  readonly components?: readonly OwningPart[];
  /** What is cleaned up when an object is deleted: it gets a finalizer, and so has to be patched. */
  readonly finalizes?: string;
  /** Everything else that the kind does with objects that are not its own. */
  readonly rights?: readonly RightsDeclaration[];
  /**
   * That an object of the kind makes use of what lies in other namespaces, such as Secrets. Whoever may edit one namespace
   * does not get the right to write such objects by that alone.
   */
  readonly crossesNamespaces?: boolean;
};
