/** The Kubernetes object on whose behalf something is made. `cluster` is the uid of the namespace kube-system. */
export type Claimant = {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
};

/** The comment on a role or database that says who holds it; `released` means kept, but given up. */
export type Ownership = Claimant & { readonly managedBy: 'hearth'; readonly released?: true };

/** What stands in a comment: our record, something else, or nothing. */
export type Recorded = Ownership | 'foreign' | undefined;

/** The record to write for a claimant. */
export function ownershipOf({ cluster, namespace, name, uid }: Claimant): Ownership {
  return { managedBy: 'hearth', cluster, namespace, name, uid };
}

/** The record as the text of a comment. */
export function formatOwnership(record: Ownership): string {
  return JSON.stringify(record);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a comment. Whatever is not completely a record of ours is foreign, so that nothing is taken by mistake. */
export function parseOwnership(comment: string | null | undefined): Recorded {
  if (comment === null || comment === undefined || comment === '') {
    return undefined;
  }
  const parsed = parseJson(comment);
  if (typeof parsed !== 'object' || parsed === null) {
    return 'foreign';
  }
  const { managedBy, cluster, namespace, name, uid, released } = parsed as Readonly<Record<string, unknown>>;
  const texts = [cluster, namespace, name, uid];
  if (managedBy !== 'hearth' || texts.some((text) => typeof text !== 'string' || text === '')) {
    return 'foreign';
  }
  const record = ownershipOf({ cluster, namespace, name, uid } as Claimant);
  return released === true ? { ...record, released } : record;
}

/** Whether a record names the same object, also when that was deleted and made again with another uid. */
export function isSameClaimant(record: Recorded, claimant: Claimant): boolean {
  return (
    typeof record === 'object' &&
    record.cluster === claimant.cluster &&
    record.namespace === claimant.namespace &&
    record.name === claimant.name
  );
}

/** One role or database as it was found. */
export type Holding = {
  readonly kind: 'role' | 'database';
  readonly name: string;
  readonly exists: boolean;
  readonly record: Recorded;
  /** A database that belongs to a role of the claimant: made by us, even if a crash kept the record from being written. */
  readonly ownedByClaimant?: boolean;
};

/**
 * What may be done: `create` it, go on with what is `ours`, `reclaim` what the same object held before (released, or under an
 * older uid), or `adopt` what somebody else made.
 */
export type Claim = Granted | { readonly conflict: string };

/** A claim without conflict. */
export type Granted = 'create' | 'ours' | 'reclaim' | 'adopt';

function conflictOf({ kind, name, record }: Holding, claimant: Claimant): string {
  const what = `${kind} "${name}"`;
  if (typeof record !== 'object') {
    return `${what} exists and was not made by Hearth`;
  }
  const holder = `PostgresDatabase ${record.namespace}/${record.name}`;
  const place = record.cluster === claimant.cluster ? '' : ' of another cluster';
  return record.released ? `${what} was kept by ${holder}${place}` : `${what} is held by ${holder}${place}`;
}

/**
 * Decides who gets an existing role or database. What another object of the same cluster holds is never taken, not even with
 * `adopt`; what nobody here holds (not made by Hearth, another cluster's, or released by another object) only with it.
 */
export function decideClaim(holding: Holding, claimant: Claimant, options: { readonly adopt: boolean }): Claim {
  const { exists, record, ownedByClaimant } = holding;
  if (!exists) {
    return 'create';
  }
  const known = typeof record === 'object' ? record : undefined;
  if (isSameClaimant(known, claimant)) {
    return known?.uid === claimant.uid && !known.released ? 'ours' : 'reclaim';
  }
  if (ownedByClaimant) {
    return 'ours';
  }
  const held = known?.cluster === claimant.cluster && !known.released;
  return options.adopt && !held ? 'adopt' : { conflict: conflictOf(holding, claimant) };
}
