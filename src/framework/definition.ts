import type { CustomResource, CustomResourceOptions } from './custom-resource.ts';
import type { CrdInput } from './schema/crd.ts';
import type { AnyZod } from './schema/json-schema.ts';

/** A Zod schema of a spec: zod 4, or `zod/v3` for kinds from older code bases. */
export type SpecSchema = AnyZod;

/** Everything the framework needs to know of a kind: what its CRD is made from, and what reconciles it. */
export type CustomResourceDefinition<TSpec extends SpecSchema = SpecSchema> = Omit<CrdInput, 'spec'> & {
  readonly spec: TSpec;
  /** Finalizers that an earlier operator put on objects of this kind, and that nobody would remove any more. */
  readonly formerFinalizers?: readonly string[];
  /** Makes the instance that reconciles one generation of one object. */
  readonly create: (options: CustomResourceOptions<TSpec>) => CustomResource<TSpec>;
};

/** Defines a kind; gives the definition its types. */
export function createCustomResourceDefinition<TSpec extends SpecSchema>(
  definition: CustomResourceDefinition<TSpec>,
): CustomResourceDefinition<TSpec> {
  return definition;
}

/**
 * A definition of any kind. `create` is the one place where the spec's type flows in, and only the controller calls it,
 * with a spec that this definition's own schema has parsed.
 */
export type AnyDefinition = Omit<CustomResourceDefinition, 'create'> & {
  readonly create: (options: CustomResourceOptions<never>) => CustomResource<SpecSchema>;
};
