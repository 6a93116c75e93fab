import type { Deed } from '../rights/declaration.ts';
import type { ExplainedRule, Rule } from '../rights/rule.ts';

/** A request that the server has allowed or refused. */
export type Grant = {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/status`. */
  readonly resource: string;
  readonly name: string;
  readonly code: number;
};

/** A right that no request shows to be needed, and why it is declared all the same. */
export type Excuse = { readonly right: string; readonly because: string };

/** One right: a verb on a resource, on one object or on all; reads `patch apps/deployments` or `get namespaces kube-system`. */
function nameOf(verb: string, group: string, { resource, name }: { resource: string; name?: string }): string {
  const place = group === '' ? resource : `${group}/${resource}`;
  return name === undefined ? `${verb} ${place}` : `${verb} ${place} ${name}`;
}

/** Every right that rules grant, one by one. */
export function rightsIn(rules: readonly Rule[]): string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [undefined], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb) => nameOf(verb, group, name === undefined ? { resource } : { resource, name })),
        ),
      ),
    ),
  );
}

/** The rights that a request needs, each in the ways in which it can be declared. */
function neededBy({ verb, group, resource, name, code }: Grant): string[][] {
  const ways = (each: string) => [nameOf(each, group, { resource }), nameOf(each, group, { resource, name })];
  // An apply of an object that is not there creates it, and the server asks for that right too.
  return verb === 'patch' && code === 201 ? [ways('patch'), ways('create')] : [ways(verb)];
}

/** What is watched is listed on the watch, and by an ordinary list where a server does not know that. */
function fallBackOf({ verb, group, resource }: Grant): string[] {
  return verb === 'watch' ? [nameOf('list', group, { resource })] : [];
}

/** What is wrong with declared rights, one sentence each: requests without a right, rights without a request. */
export function compareRights(
  rules: readonly Rule[],
  grants: readonly Grant[],
  excuses: readonly Excuse[] = [],
): string[] {
  const declared = rightsIn(rules);
  const needed = grants.flatMap((grant) => neededBy(grant));
  const lacking = needed.filter((ways) => !ways.some((way) => declared.includes(way)));
  const used = new Set([...needed.flat(), ...grants.flatMap(fallBackOf), ...excuses.map(({ right }) => right)]);
  const stale = excuses.filter(({ right }) => !declared.includes(right));
  return [
    ...new Set(lacking.map(([way]) => `${way} is asked for and not declared`)),
    ...declared.filter((right) => !used.has(right)).map((right) => `${right} is declared and never used`),
    ...stale.map(({ right }) => `${right} has an excuse and is not declared`),
  ];
}

/** What a definition declares so that a verb is allowed. */
const DEEDS: Readonly<Record<string, Deed>> = {
  get: 'read',
  list: 'watch',
  watch: 'watch',
  create: 'apply',
  patch: 'apply',
  delete: 'delete',
};

/** What the server has refused, one sentence for each resource, however often it was asked: what was, and what to declare. */
export function refusalsIn(grants: readonly Grant[]): string[] {
  const refused = grants.filter(({ code }) => code === 403);
  const byResource = Map.groupBy(refused, ({ group, resource }) => JSON.stringify({ group, resource }));
  return [...byResource.values()].flatMap(([first, ...more]) => (first ? [refusalOf(first, more)] : []));
}

function refusalOf(first: Grant, more: readonly Grant[]): string {
  const { group, resource } = first;
  const verbs = [...new Set([first, ...more].map(({ verb }) => verb))];
  const deeds = [...new Set(verbs.flatMap((verb) => DEEDS[verb] ?? []))].map((deed) => `'${deed}'`).join(', ');
  const place = group === '' ? '' : `group: '${group}', `;
  const right = `{ ${place}resource: '${resource}', deeds: [${deeds}], because: '…' }`;
  return `${nameOf(verbs.join(', '), group, { resource })} was refused: add ${right} to rights in the definition`;
}

/** The rules alone. */
export function rulesIn(explained: readonly ExplainedRule[]): Rule[] {
  return explained.map(({ rule }) => rule);
}

/** The excuses that declared rules bring along. */
export function excusesIn(explained: readonly ExplainedRule[]): Excuse[] {
  return explained.flatMap(({ rule, unproved }) =>
    unproved === undefined
      ? []
      : rightsIn([{ ...rule, verbs: unproved.verbs }]).map((right) => ({ right, because: unproved.because })),
  );
}
