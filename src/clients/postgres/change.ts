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

/** A change as a sentence: `Created database "homelab_app"`. */
export function describeChange({ change, name }: Change): string {
  const words = change.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words} "${name}"`;
}
