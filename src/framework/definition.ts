import { messageOf } from './api/errors.ts';
import { rolloutOrder } from './components/rollout-order.ts';
import type { CustomResource, CustomResourceOptions } from './custom-resource.ts';
import type { InvalidSpecError } from './outcome.ts';
import type { DeclaredRights } from './rights/declaration.ts';
import type { CrdInput } from './schema/crd.ts';
import type { AnyZod } from './schema/json-schema.ts';
import type { Parsed, Unparsed } from './schema/parse.ts';

/** A Zod schema of a spec: zod 4, or `zod/v3` for kinds from older code bases. */
export type SpecSchema = AnyZod;

/** Everything the framework needs to know of a kind: what its CRD is made from, and what reconciles it. */
export type CustomResourceDefinition<TSpec extends SpecSchema = SpecSchema> = Omit<CrdInput, 'spec'> &
  DeclaredRights & {
    readonly spec: TSpec;
    /** Finalizers that an earlier operator put on objects of this kind, and that nobody would remove any more. */
    readonly formerFinalizers?: readonly string[];
    /** Makes the instance that reconciles one generation of one object. */
    readonly create: (options: CustomResourceOptions<TSpec>) => CustomResource<TSpec>;
    /** The parts that every run tells of in a condition: each is false, for the same reason, when the spec is refused. */
    readonly parts?: readonly string[];
    /**
     * What neither the schema nor a CEL rule can say, in a function without I/O: everything that is wrong, each with its
     * reason and a message that names the field and what to do. It is asked before every run, which is then not started,
     * and at admission where the webhook is on, in the same words. The spec as it was is there at admission only, so what
     * depends on it alone must not be all that stands between a user and a loss.
     */
    readonly validate?: (spec: Parsed<TSpec>, old?: Parsed<TSpec>) => readonly InvalidSpecError[];
    /** Reasons of {@link validate} that only warn at admission: for manifests that have to apply although nothing comes of them. */
    readonly admittedReasons?: readonly string[];
    /**
     * Fills in what a constant default of the schema cannot say, without I/O. It is given what the schema accepts, and
     * comes to the same when it is given its own result. With the webhook on, what it fills in is stored; without, it is
     * filled in for every run.
     */
    readonly defaults?: (spec: Unparsed<TSpec>) => Unparsed<TSpec>;
  };

/**
 * Defines a kind; gives the definition its types.
 * @throws Error for components of which one needs another that is not in the list, or of which two have the same name.
 */
export function createCustomResourceDefinition<TSpec extends SpecSchema>(
  definition: CustomResourceDefinition<TSpec>,
): CustomResourceDefinition<TSpec> {
  try {
    rolloutOrder(definition.components ?? []);
  } catch (error) {
    throw new Error(`${definition.kind}: ${messageOf(error)}`, { cause: error });
  }
  return definition;
}

/**
 * A definition of any kind. Its functions are where the spec's type flows in, and they are only ever called with a spec
 * that this definition's own schema has accepted.
 */
export type AnyDefinition = Omit<CustomResourceDefinition, 'create' | 'validate' | 'defaults'> & {
  readonly create: (options: CustomResourceOptions<never>) => CustomResource<SpecSchema>;
  readonly validate?: (spec: never, old?: never) => readonly InvalidSpecError[];
  readonly defaults?: (spec: never) => unknown;
};
