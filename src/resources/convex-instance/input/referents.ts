import type { core, ObjectMeta } from '../../../framework/framework.ts';

/** What a Secret or ConfigMap that the spec names holds; `undefined` when it does not exist. */
export type Content = Readonly<Record<string, string>> | undefined;

/** The objects that a spec names, as they are now. */
export type Referents = {
  readonly secrets: ReadonlyMap<string, Content>;
  readonly secretMetadata: ReadonlyMap<string, ObjectMeta | undefined>;
  readonly configMaps: ReadonlyMap<string, Content>;
};

/** A key of a Secret or ConfigMap. */
export type KeySource = { readonly from: 'secret' | 'configMap'; readonly name: string; readonly key: string };

/** The key that an environment variable takes its value from, if it does. */
export function keySourceOf(valueFrom: core.EnvVarSource = {}): (KeySource & { optional: boolean }) | undefined {
  const { secretKeyRef, configMapKeyRef } = valueFrom;
  const reference = secretKeyRef ?? configMapKeyRef;
  const from = secretKeyRef ? 'secret' : 'configMap';
  return reference && { from, name: reference.name ?? '', key: reference.key, optional: reference.optional ?? false };
}

/** The value of a key, if it is there. */
export function valueAt(source: KeySource, referents: Referents): string | undefined {
  return contentOf(source, referents)?.[source.key];
}

/** What is wrong with a reference to a key, if anything. */
export function keyProblem(source: KeySource, referents: Referents): string | undefined {
  if (contentOf(source, referents) === undefined) {
    return `${describe(source)} does not exist`;
  }
  return valueAt(source, referents) === undefined ? `${describe(source)} is missing key "${source.key}"` : undefined;
}

function contentOf({ from, name }: KeySource, { secrets, configMaps }: Referents): Content {
  return (from === 'secret' ? secrets : configMaps).get(name);
}

function describe({ from, name }: KeySource): string {
  return `${from === 'secret' ? 'Secret' : 'ConfigMap'} ${name}`;
}
