import { splitApiVersion } from './api/object.ts';
import type { CrdInput } from './schema/crd.ts';

/** A kind of objects that another kind deals with. */
export type KindInUse = {
  readonly apiVersion: string;
  readonly kind: string;
  /** As the API server has it in its paths, where that is not the plural that English gives. */
  readonly plural?: string;
};

/** What a kind does to objects other than its own: the operator gets exactly these rights. */
export type Uses = {
  /** Kinds that it writes. `removes` says that it also deletes them, as components do. */
  readonly makes?: readonly (KindInUse & { readonly removes?: boolean })[];
  /** Kinds that it only reads; with a `name`, that one object without watching it. */
  readonly reads?: readonly (KindInUse & { readonly name?: string })[];
  /** Whether it has `finalize`, so that the operator puts a finalizer on its objects. */
  readonly cleansUp?: boolean;
};

/** A rule of a ClusterRole, and why no request shows that it is needed, where that is so. */
export type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
  readonly because?: string;
};

type RightsInput = Pick<CrdInput, 'group' | 'names'> & { readonly uses?: Uses };

/** What every kind needs to tell in events what has happened. */
const events = { apiGroups: ['events.k8s.io'], resources: ['events'] };

const EVENT_RULES: readonly Rule[] = [
  { ...events, verbs: ['create'] },
  { ...events, verbs: ['patch'], because: 'asked for only when the same event comes twice' },
];

/** Every right that the operator needs for a kind. */
export function rulesOf({ group, names, uses = {} }: RightsInput): readonly Rule[] {
  const { makes = [], reads = [], cleansUp = false } = uses;
  const own = (verbs: readonly string[], part = ''): Rule => {
    return { apiGroups: [group], resources: [names.plural + part], verbs };
  };
  return [
    own(['list', 'watch']),
    ...(cleansUp ? [own(['patch'])] : []),
    own(['patch'], '/status'),
    {
      ...own(['update'], '/finalizers'),
      because: 'asked for by the admission plugin OwnerReferencesPermissionEnforcement, which is off by default',
    },
    ...makes.flatMap(rulesToMake),
    ...reads.map(ruleToRead),
    ...EVENT_RULES,
  ];
}

function rulesToMake({ removes = false, ...kind }: KindInUse & { readonly removes?: boolean }): Rule[] {
  const place = placeOf(kind);
  const rule = { ...place, verbs: [...watching(kind), 'create', 'patch'] };
  const because = 'asked for when a part is switched off';
  return removes ? [rule, { ...place, verbs: ['delete'], because }] : [rule];
}

function ruleToRead({ name, ...kind }: KindInUse & { readonly name?: string }): Rule {
  const place = placeOf(kind);
  return name === undefined ? { ...place, verbs: watching(kind) } : { ...place, resourceNames: [name], verbs: ['get'] };
}

/** Secrets are watched as metadata, and their values fetched one by one. */
function watching({ kind }: KindInUse): string[] {
  return kind === 'Secret' ? ['get', 'list', 'watch'] : ['list', 'watch'];
}

function placeOf({ apiVersion, kind, plural }: KindInUse): Pick<Rule, 'apiGroups' | 'resources'> {
  return { apiGroups: [splitApiVersion(apiVersion).group], resources: [plural ?? pluralOf(kind)] };
}

/** The plural of a kind in the API server's paths, as English has it: `Ingress` is `ingresses`, `Policy` is `policies`. */
export function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (/[^aeiou]y$/.test(singular)) {
    return singular.replace(/y$/, 'ies');
  }
  return /(s|x|z|ch|sh)$/.test(singular) ? `${singular}es` : `${singular}s`;
}
