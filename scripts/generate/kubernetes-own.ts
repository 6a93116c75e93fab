import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { core, createCrdManifest, type JsonSchema } from '../../src/framework/framework.ts';

const GENERATED = join(import.meta.dirname, '../../src/framework/schema/generated/core.ts');

/** A type of Kubernetes' own, and where it is described. */
export type KubernetesType = { readonly name: string; readonly url: string };

/**
 * The type of Kubernetes' own, from `core`, that a schema is, if it is one. Two things tell: the schema has the same
 * fields, and none of them is described, as every field of a kind is.
 */
export function kubernetesTypeOf(schema: JsonSchema): KubernetesType | undefined {
  const { properties } = schema;
  if (!properties || Object.values(properties).some(({ description }) => description !== undefined)) {
    return undefined;
  }
  types ??= allTypes();
  return types.get(signatureOf(schema));
}

let types: ReadonlyMap<string, KubernetesType> | undefined;

function signatureOf({ properties, required }: JsonSchema): string {
  return JSON.stringify([properties, required]);
}

/** Every type that `core` has, by what its schema comes to. */
function allTypes(): ReadonlyMap<string, KubernetesType> {
  const source = readFileSync(GENERATED, 'utf8');
  const release = /OpenAPI document of Kubernetes (\d+\.\d+)/.exec(source)?.[1];
  const page = `https://kubernetes.io/docs/reference/generated/kubernetes-api/v${release}/`;
  const documented = source.matchAll(/^\/\*\* `(\w+)` of `(\w+)\.(\w+)`\. \*\/\nexport function (\w+)\(/gm);
  return new Map(
    [...documented].map(([, name = '', group, version, schema = '']) => {
      const url = `${page}#${name}-${version}-${group}`.toLowerCase();
      return [signatureOf(structuralOf(schema as keyof typeof core)), { name, url }];
    }),
  );
}

function structuralOf(name: keyof typeof core): JsonSchema {
  const names = { plural: 'owns', singular: 'own' };
  const spec = z.object({ own: core[name]() });
  const [version] = createCrdManifest({ group: 'example.com', version: 'v1', kind: 'Own', names, spec }).spec.versions;
  return version?.schema.openAPIV3Schema.properties?.['spec']?.properties?.['own'] ?? {};
}
