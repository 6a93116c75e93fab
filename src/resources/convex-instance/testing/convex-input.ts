import { createConvexInput } from '../convex-instance.input.ts';
import { convexInstanceSpecSchema } from '../convex-instance.schemas.ts';
import type { ConvexInput } from '../input/convex-input.ts';
import { resolveReferences } from '../input/references.ts';
import type { Content, Referents } from '../input/referents.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A spec with the server's defaults: the smallest one with these fields. */
export function convexSpec(fields: Fields = {}) {
  return convexInstanceSpecSchema.parse({
    environment: 'dev',
    version: '1',
    backend: { db: { engine: 'sqlite' } },
    networking: { host: 'a.example.com' },
    ...fields,
  });
}

type Objects = {
  readonly secrets?: Readonly<Record<string, Content>>;
  readonly configMaps?: Readonly<Record<string, Content>>;
  /** Secrets that an ObjectBucketClaim made. */
  readonly claimed?: readonly string[];
};

/** What a spec refers to. */
export function referents({ secrets = {}, configMaps = {}, claimed = [] }: Objects = {}): Referents {
  const labels = { 'bucket-provisioner': 'x' };
  return {
    secrets: new Map(Object.entries(secrets)),
    secretMetadata: new Map(claimed.map((name) => [name, { name, uid: name, resourceVersion: '1', labels }])),
    configMaps: new Map(Object.entries(configMaps)),
  };
}

const GENERATED = { adminKey: 'my_app|01', instanceSecret: 'ab'.repeat(32) };

/** The input of the parts for a spec, as a run would put it together. */
export function convexInput(fields: Fields = {}, objects: Objects = {}, parts: Partial<ConvexInput> = {}): ConvexInput {
  const spec = convexSpec(fields);
  const all = referents(objects);
  const input = createConvexInput(
    { name: 'my-app', namespace: 'ns', spec },
    {
      referents: all,
      resolved: resolveReferences(spec, all),
      generated: GENERATED,
      acts: {
        backend: { image: spec.backend.image, version: spec.version },
        exports: false,
        imports: false,
        keepsCopy: false,
        isSettled: true,
      },
      image: 'hearth:test',
      stamps: {},
      podManagement: undefined,
      attempt: 1,
    },
  );
  return { ...input, ...parts };
}
