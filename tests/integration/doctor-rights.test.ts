import { beforeAll, expect, test } from 'vitest';
import { externalThingDefinition } from '../../examples/external-thing/external-thing.ts';
import { onCluster } from '../../src/cli/cluster.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { checkRights } from '../../src/cli/doctor/rights.ts';
import { dividedRights, leaseRules } from '../../src/framework/framework.ts';
import { generateSecretDefinition } from '../../src/resources/generate-secret/generate-secret.ts';
import { eventually } from '../../testenv/src/wait.ts';
import { useSuite } from '../harness/suite.ts';

const suite = useSuite({ name: 'doctor-rights', withoutOperator: true });

type Right = { readonly group: string; readonly resource: string; readonly verb: string; readonly name?: string };

const GROUP = 'homelab.mortenolsen.pro';

/** One that makes a Secret, and one that cleans up outside and looks into another namespace. */
const definitions = [generateSecretDefinition, externalThingDefinition];

/** The rights of an operator of one namespace, one verb of one resource a rule; those of the Lease among them. */
const all: readonly Right[] = [
  ...dividedRights(definitions).watched.flatMap(({ rules }) => rules),
  ...leaseRules('hearth'),
].flatMap(({ rule: { apiGroups, resources, verbs } }) =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }) satisfies Right)),
  ),
);

/** Each lacks one right that is declared; what is to be found of it, by kind. */
const CASES: readonly { readonly lacks?: Right; readonly found: Readonly<Record<string, string>> }[] = [
  { found: {} },
  {
    lacks: { group: '', resource: 'secrets', verb: 'patch' },
    found: { GenerateSecret: 'The Secret that holds the values' },
  },
  {
    lacks: { group: '', resource: 'secrets', verb: 'list' },
    found: { GenerateSecret: 'The Secret that holds the values', ExternalThing: 'The login that the spec names' },
  },
  {
    lacks: { group: GROUP, resource: 'externalthings', verb: 'patch' },
    found: {
      ExternalThing: 'Its own objects are watched; patched for the finalizer, by which it cleans up the row',
    },
  },
  {
    lacks: { group: GROUP, resource: 'generatesecrets/finalizers', verb: 'update' },
    found: {
      GenerateSecret:
        'Owner references with blockOwnerDeletion need this where OwnerReferencesPermissionEnforcement is on (OpenShift)',
    },
  },
  { lacks: { group: 'events.k8s.io', resource: 'events', verb: 'create' }, found: { all: 'Tells what happened' } },
  {
    lacks: { group: 'coordination.k8s.io', resource: 'leases', verb: 'update', name: 'hearth' },
    found: { all: 'Says which replica works' },
  },
];

const isSame = (one: Right, other: Right | undefined) =>
  one.group === other?.group && one.resource === other.resource && one.verb === other.verb;

/** A ServiceAccount that may do everything but that. */
function accountWithout(right: Right | undefined, name: string): readonly object[] {
  const { namespace } = suite();
  const object = (kind: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, namespace },
  });
  const rules = all
    .filter((each) => !isSame(each, right))
    .map(({ group, resource, verb }) => ({ apiGroups: [group], resources: [resource], verbs: [verb] }));
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  return [
    { ...object('Role'), rules },
    { ...object('RoleBinding'), roleRef, subjects },
  ];
}

const nameOf = (index: number) => `lacking-${index}`;

/** What doctor has against an account, except for what is needed in kube-system, where nobody was given anything. */
async function faultsOf(name: string): Promise<Finding[]> {
  const { namespace, testenv } = suite();
  return await onCluster({ kubeconfig: testenv.kubeconfig }, async ({ transport }) => {
    const findings = await checkRights(transport, definitions, { namespace, name, namespaces: [namespace] });
    const [elsewhere, ...more] = findings.filter(({ message }) => message.includes('in kube-system'));
    expect(elsewhere).toMatchObject({
      kinds: ['ExternalThing'],
      message: expect.stringMatching(/^may not get namespaces kube-system in kube-system: Its UID /),
    });
    expect(more).toEqual([]);
    return findings.filter((each) => each.state !== 'ok' && each !== elsewhere);
  });
}

beforeAll(async () => {
  await suite().apply(...CASES.flatMap(({ lacks }, index) => accountWithout(lacks, nameOf(index))));
});

test.each(
  CASES.map(({ lacks, found }, index) => {
    const { verb, group, resource, name = '' } = lacks ?? { verb: 'nothing', group: '', resource: '' };
    const what = `${verb} ${group}/${resource} ${name}`.replace(' /', ' ').trim();
    return { lacks, what, found, account: nameOf(index) };
  }),
)('doctor finds that an account lacks $what', async ({ lacks, what, found, account }) => {
  expect(lacks === undefined || all.some((each) => isSame(each, lacks)), 'the right is declared').toBe(true);
  const { namespace } = suite();
  const expected = Object.entries(found).map(([kind, because]) => ({
    check: 'right',
    state: 'wrong',
    subject: `ServiceAccount ${namespace}/${account}`,
    kinds: kind === 'all' ? [] : [kind],
    message: `may not ${what} in ${namespace}: ${because}. Apply what hearth rbac prints`,
  }));
  // The server's authorizer learns of a role a moment later.
  const until = (faults: readonly Finding[]) => faults.length <= expected.length;
  expect(await eventually('the rights are known', () => faultsOf(account), { until })).toEqual(expected);
});
