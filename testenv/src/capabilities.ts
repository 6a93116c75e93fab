/** What can be started: a control plane with simulated nodes, alone, or with a real node. */
export type StartableProfile = 'full' | 'api' | 'node';

/** How much of a cluster there is. */
export type Profile = StartableProfile | 'existing';

/** Something that not every environment can do. */
export type Capability =
  /** Built-in controllers: workloads, namespace deletion, garbage collection, volume binding. */
  | 'controllers'
  /** Pods get scheduled and start. */
  | 'pods'
  /** The stages of `testenv/stages`: failing pods on demand, simulated cert-manager, gateways and snapshots. */
  | 'simulation'
  /** The third-party definitions of `testenv/crds` are installed. */
  | 'third-party-definitions'
  /** The audit log can be read. */
  | 'audit'
  /** Components can be restarted, killed and paused, etcd can be compacted. */
  | 'faults'
  /** Pods are real: processes, logs, exec, probes, DNS, Services, volumes; images can be loaded. */
  | 'node';

const everything: readonly Capability[] = [
  'controllers',
  'pods',
  'simulation',
  'third-party-definitions',
  'audit',
  'faults',
];

const able: Readonly<Record<Profile, readonly Capability[]>> = {
  full: everything,
  api: ['third-party-definitions', 'audit', 'faults'],
  node: ['controllers', 'pods', 'third-party-definitions', 'audit', 'faults', 'node'],
  existing: ['controllers', 'pods'],
};

const because: Readonly<Record<Profile, string>> = {
  full: 'nodes and pods are simulated (profile full)',
  api: 'only etcd and kube-apiserver run (profile api)',
  node: 'nothing is simulated (profile node)',
  existing: 'USE_EXISTING_CLUSTER=true: this cluster is not ours',
};

/** The part of a handle that says what the environment can do. */
export interface Abilities {
  readonly profile: Profile;
  readonly without: readonly Capability[];
}

/** Why an environment lacks the first of these capabilities it lacks, or nothing when it has them all. */
export function reasonAgainst(abilities: Abilities, needs: readonly Capability[]): string | undefined {
  const { profile, without } = abilities;
  const lacking = needs.find((capability) => without.includes(capability) || !able[profile].includes(capability));
  if (lacking === undefined) return undefined;
  return `no ${lacking}: ${without.includes(lacking) ? 'it was left out on purpose' : because[profile]}`;
}
