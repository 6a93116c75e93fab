/** What a call did, in words for events. `name` is the role, database, extension or schema concerned. */
export type Change = {
  readonly change:
    | 'CreatedRole'
    | 'AdoptedRole'
    | 'ReclaimedRole'
    | 'RepairedRole'
    | 'SetPassword'
    | 'DroppedRole'
    | 'ReleasedRole'
    | 'CreatedDatabase'
    | 'AdoptedDatabase'
    | 'ReclaimedDatabase'
    | 'RepairedDatabase'
    | 'ChangedOwner'
    | 'RevokedPublicConnect'
    | 'DroppedDatabase'
    | 'ReleasedDatabase'
    | 'CreatedExtension'
    | 'CreatedSchema';
  readonly name: string;
};

/** The sentences that are not just the words of the change. */
const sentences: Partial<Record<Change['change'], (name: string) => string>> = {
  SetPassword: (name) => `Set the password of role "${name}"`,
  ChangedOwner: (name) => `Changed the owner of "${name}"`,
  RevokedPublicConnect: (name) => `Took the right to connect to database "${name}" from everybody`,
};

/** A change as a sentence: `Created database "homelab_app"`. */
export function describeChange({ change, name }: Change): string {
  const words = change.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return sentences[change]?.(name) ?? `${words} "${name}"`;
}

/** The verbs of changes, as they stand in a plan. */
const verbs: readonly (readonly [RegExp, string])[] = [
  [/^Took /, 'take '],
  [/^(Creat|Releas)ed /, '$1e '],
  [/^Dropped /, 'drop '],
  [/^(Chang)ed /, '$1e '],
  [/^(Adopt|Reclaim|Repair)ed /, '$1 '],
];

/** A change that is not made yet: `create database "homelab_app"`. */
export function describePlannedChange(change: Change): string {
  const sentence = verbs.reduce((text, [past, verb]) => text.replace(past, verb), describeChange(change));
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
