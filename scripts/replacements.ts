type Named = { readonly kind: string; readonly name: string };

/** What a field of one object is to be in others too: as in `replacements` of a kustomization. */
export type Replacement = {
  readonly source: Named & { readonly fieldPath: string };
  readonly targets: readonly { readonly select: Named; readonly fieldPaths: readonly string[] }[];
};

type Identified = { readonly kind: string; readonly metadata: { readonly name: string } };

/**
 * Objects with the fields that a kustomization replaces.
 * @throws Error for an object or a field that is not there.
 */
export function replaced<T extends Identified>(objects: readonly T[], replacements: readonly Replacement[]): T[] {
  const copies = replacements.length > 0 ? structuredClone([...objects]) : [...objects];
  for (const { source, targets } of replacements) {
    const value = fieldOf(named(copies, source), source.fieldPath);
    for (const { select, fieldPaths } of targets) {
      for (const path of fieldPaths) {
        const steps = path.split('.');
        const last = steps.pop() ?? '';
        (fieldOf(named(copies, select), steps.join('.')) as Record<string, unknown>)[last] = value;
      }
    }
  }
  return copies;
}

function named(objects: readonly Identified[], { kind, name }: Named): Identified {
  const found = objects.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) {
    throw new Error(`A kustomization replaces a field of ${kind} ${name}, which it does not have`);
  }
  return found;
}

/** The field at a path such as `spec.containers.[name=main].image`. */
function fieldOf(object: unknown, path: string): unknown {
  return path.split('.').reduce((at, step) => {
    const [, key = '', value] = /^\[(\w+)=(.*)\]$/.exec(step) ?? [];
    const next = Array.isArray(at) ? at.find((item) => item[key] === value) : (at as Record<string, unknown>)[step];
    if (next === undefined) {
      throw new Error(`A kustomization names the field ${path}, which is not there`);
    }
    return next;
  }, object);
}
