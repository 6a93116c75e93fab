import type { AnyDefinition } from '../../src/framework/framework.ts';

/** A reason that the framework gives to objects of any kind. */
type Reason = {
  readonly condition: 'Reconciling' | 'Stalled' | 'Suspended';
  readonly reason: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Only a kind that makes objects in the cluster can have it. */
  readonly ofWriters?: true;
};

/** `tests/docs.test.ts` holds them to `src/framework/outcome.ts`. Links are as from `docs/kinds`. */
const REASONS: readonly Reason[] = [
  {
    condition: 'Stalled',
    reason: 'InvalidSpec',
    meaning: 'The spec breaks a rule that the API server did not check.',
    remedy: 'Correct the field that is named.',
  },
  {
    condition: 'Stalled',
    reason: 'OwnedByAnother',
    meaning: "An object of the name exists and is not this object's; the message says whose.",
    remedy: 'Rename or delete one of the two.',
    ofWriters: true,
  },
  {
    condition: 'Stalled',
    reason: 'ImmutableField',
    meaning: 'A field of an object that is there cannot be changed; the message names both.',
    remedy: 'Undo the change, or delete that object.',
    ofWriters: true,
  },
  {
    condition: 'Stalled',
    reason: 'FieldConflict',
    meaning:
      'An object was adopted, and somebody else applies the same fields; the message names the manager and the fields.',
    remedy: 'Take the fields out of what is applied there.',
    ofWriters: true,
  },
  {
    condition: 'Stalled',
    reason: 'Rejected',
    meaning: 'The API server refuses an object.',
    remedy: 'Read the message.',
    ofWriters: true,
  },
  {
    condition: 'Reconciling',
    reason: 'DeadlineExceeded',
    meaning: 'A run took longer than `HEARTH_RUN_SECONDS` and was ended.',
    remedy: 'It is tried again; see what it waited for with [`hearth explain`](../debugging.md).',
  },
  {
    condition: 'Reconciling',
    reason: 'ApiMissing',
    meaning: 'The API server does not serve a kind that is needed; the message names it.',
    remedy: 'Install its CRD; the object goes on by itself.',
  },
  {
    condition: 'Reconciling',
    reason: 'Forbidden',
    meaning: 'Hearth may not do this in the cluster; the message names the right.',
    remedy: 'Run [`hearth doctor`](../cli.md#doctor); compare the installed ClusterRole with that of this release.',
  },
  {
    condition: 'Reconciling',
    reason: 'RequestFailed',
    meaning: 'The API server answered with an error.',
    remedy: 'Read the message; it is tried again.',
  },
  {
    condition: 'Reconciling',
    reason: 'ApiServerUnreachable',
    meaning: 'The API server did not answer.',
    remedy: 'It is tried again.',
  },
  {
    condition: 'Reconciling',
    reason: 'Failed',
    meaning: 'Anything else.',
    remedy: "Read the message and the operator's log.",
  },
  {
    condition: 'Suspended',
    reason: 'Suspended',
    meaning: 'Somebody asked that the object be left alone.',
    remedy: '[`hearth resume`](../cli.md#resume) ends it.',
  },
];

const HEAD = ['| Condition | Reason | Meaning | What to do |', '|---|---|---|---|'];

function tableOf(reasons: readonly Reason[]): string {
  const rows = reasons.map(
    ({ condition, reason, meaning, remedy }) => `| ${condition} | \`${reason}\` | ${meaning} | ${remedy} |`,
  );
  return [...HEAD, ...rows].join('\n');
}

/** All of them, for the page that all kinds share. */
export function reasonTable(): string {
  return tableOf(REASONS).replaceAll('](../', '](');
}

/** Whether a kind makes objects in the cluster. */
export function writes({ components = [], rights = [] }: AnyDefinition): boolean {
  return components.length > 0 || rights.some(({ deeds }) => deeds.includes('apply'));
}

/** Those that an object of one kind can have, and that the kind's page does not tell of in words of its own. */
export function reasonTableOf(definition: AnyDefinition, page: string): string {
  const [byHand = ''] = page.split('<!-- reasons -->');
  return tableOf(
    REASONS.filter(
      ({ reason, ofWriters }) => (!ofWriters || writes(definition)) && !byHand.includes(`| \`${reason}\` |`),
    ),
  );
}
