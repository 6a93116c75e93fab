import { type KubeObject, keyFor, type Manifest, splitApiVersion } from '../api/object.ts';
import type { Component } from './component.ts';
import { componentOf } from './owned-objects.ts';

/** What a component comes to for an input. */
export type Wanted<TInput> = { readonly component: Component<TInput> } & (
  | { readonly state: 'off' }
  | { readonly state: 'on'; readonly manifests: readonly Manifest[] }
  /** It could not say what it consists of. */
  | { readonly state: 'broken'; readonly error: unknown }
);

/** Asks a component what it wants. Never throws. */
export function wantedBy<TInput>(component: Component<TInput>, input: TInput): Wanted<TInput> {
  try {
    if (component.when && !component.when(input)) {
      return { component, state: 'off' };
    }
    const manifests = component.manifests(input);
    assertDeclared(component, manifests);
    return { component, state: 'on', manifests };
  } catch (error) {
    return { component, state: 'broken', error };
  }
}

/**
 * The objects that no component wants any more. None at all while a component cannot say what it wants: it may want any
 * of them. Claims stay, with their data, unless their component says otherwise.
 */
export function leftovers(objects: readonly KubeObject[], wanted: readonly Wanted<never>[]): KubeObject[] {
  if (wanted.some(({ state }) => state === 'broken')) {
    return [];
  }
  const kept = new Set(wanted.flatMap((each) => (each.state === 'on' ? each.manifests.map(identityOf) : [])));
  return objects.filter((object) => !kept.has(identityOf(object)) && (!isClaim(object) || mayGo(object, wanted)));
}

export function isClaim({ kind }: KubeObject): boolean {
  return kind === 'PersistentVolumeClaim';
}

function mayGo(claim: KubeObject, wanted: readonly Wanted<never>[]): boolean {
  const maker = wanted.find(({ component }) => component.name === componentOf(claim));
  return maker?.component.deletesClaims ?? false;
}

/** The same object in every version of its API. */
function identityOf({ apiVersion, kind, metadata }: KubeObject | Manifest): string {
  return `${splitApiVersion(apiVersion).group}/${kind} ${keyFor(metadata.name, metadata.namespace)}`;
}

/** @throws Error for a slip of the author's: what is not declared would not be found again when it has to go. */
function assertDeclared<TInput>({ name, kinds }: Component<TInput>, manifests: readonly Manifest[]): void {
  const stray = manifests.find((manifest) => {
    return !kinds.some(({ apiVersion, kind }) => apiVersion === manifest.apiVersion && kind === manifest.kind);
  });
  if (stray) {
    throw new Error(`Component ${name} makes a ${stray.kind} of ${stray.apiVersion}, which is not among its kinds`);
  }
}
