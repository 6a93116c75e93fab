/** A value in place of another one somewhere in a manifest, and what was done. */
export type Mutant<T> = { readonly what: string; readonly manifest: T };

/** What a value is tried as: of another type, empty, too much, or what only looks right. */
const STRANGERS: readonly unknown[] = [null, '', 'UPPER lower', -1, 1.5, 70_000, [], { unknown: 1 }];

/** A manifest with its spec changed in one place: each member left out, each value replaced, a member too many. */
export function* mutantsOf<T extends { readonly spec?: unknown }>(manifest: T): Generator<Mutant<T>> {
  for (const { what, value } of changed(manifest.spec, 'spec')) {
    yield { what, manifest: { ...manifest, spec: value } };
  }
}

type Change = { readonly what: string; readonly value: unknown };

function* changed(value: unknown, path: string): Generator<Change> {
  for (const stranger of STRANGERS) {
    yield { what: `${path} is ${JSON.stringify(stranger)}`, value: stranger };
  }
  if (Array.isArray(value)) {
    yield { what: `${path} has an item twice`, value: [...value, value[0]] };
    for (const [index, item] of value.entries()) {
      yield* mapped(changed(item, `${path}[${index}]`), (other) => value.with(index, other));
    }
  } else if (typeof value === 'object' && value !== null) {
    yield* changedObject(value as Readonly<Record<string, unknown>>, path);
  }
}

function* changedObject(value: Readonly<Record<string, unknown>>, path: string): Generator<Change> {
  yield { what: `${path} has a member too many`, value: { ...value, tooMany: 1 } };
  for (const [name, member] of Object.entries(value)) {
    const { [name]: _left, ...rest } = value;
    yield { what: `${path} without ${name}`, value: rest };
    yield* mapped(changed(member, `${path}.${name}`), (other) => ({ ...value, [name]: other }));
  }
}

function* mapped(changes: Iterable<Change>, around: (value: unknown) => unknown): Generator<Change> {
  for (const { what, value } of changes) {
    yield { what, value: around(value) };
  }
}
