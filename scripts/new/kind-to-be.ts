import { pluralOf } from '../../src/framework/framework.ts';
import { GROUP } from '../../src/resources/group.ts';
import { directoryOf, variableOf } from '../kind-names.ts';

/** What the author of a new kind says of it. */
export type KindToBe = {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly plural: string;
};

type Wishes = {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly scope?: string | undefined;
  readonly plural?: string | undefined;
};

const LABEL = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Checks what the author says, and fills in the rest. @throws Error that says what would be right. */
export function kindToBe(kind: string, wishes: Wishes): KindToBe {
  const { group = GROUP, version = 'v1', scope = 'Namespaced', plural = pluralOf(kind) } = wishes;
  demand(
    /^[A-Z][A-Za-z0-9]{0,62}$/.test(kind),
    `${kind} is no kind: it begins with a capital and has no dashes, like MyKind`,
  );
  demand(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/.test(group),
    `${group} is no API group: it is a domain, like example.com`,
  );
  demand(/^v[1-9]\d*((alpha|beta)[1-9]\d*)?$/.test(version), `${version} is no version: it is like v1 or v1alpha1`);
  demand(scope === 'Namespaced' || scope === 'Cluster', `${scope} is no scope: it is Namespaced or Cluster`);
  demand(LABEL.test(plural), `${plural} is no plural: it is lower case, like mykinds`);
  return { kind, group, version, scope: scope === 'Cluster' ? 'Cluster' : 'Namespaced', plural };
}

function demand(isRight: boolean, message: string): void {
  if (!isRight) {
    throw new Error(message);
  }
}

/** What stands for the words between double underscores in the templates. */
export function wordsFor({ kind, group, version, plural, scope }: KindToBe): Readonly<Record<string, string>> {
  const isNamespaced = scope === 'Namespaced';
  return {
    Kind: kind,
    kind: variableOf(kind),
    kebab: directoryOf(kind),
    singular: kind.toLowerCase(),
    plural,
    group,
    version,
    article: /^[AEIOU]/.test(kind) ? 'an' : 'a',
    in_namespace: isNamespaced ? ' -n homelab' : '',
    in_which_namespace: isNamespaced ? ' and namespace' : ', in the namespace that the spec names',
  };
}

/** Which blocks of the templates are kept. */
export function blocksFor({ group, scope }: KindToBe): readonly string[] {
  return [scope === 'Cluster' ? 'cluster' : 'namespaced', group === GROUP ? 'own-group' : 'other-group'];
}
