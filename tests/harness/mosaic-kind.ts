import { z } from 'zod';
import {
  atMostOneOf,
  CustomResource,
  core,
  createCustomResourceDefinition,
  duration,
  exactlyOneOf,
  immutable,
  intOrString,
  listMap,
  quantity,
  rule,
} from '../../src/framework/framework.ts';

const partSchema = z.object({
  name: z.string().min(1),
  protocol: z.enum(['TCP', 'UDP']).default('TCP'),
  shape: immutable(z.string()).optional(),
  weight: z.int().min(0).max(100).default(1),
});

const sourceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('git'), url: z.string().min(3), branch: z.string().optional() }),
  z.strictObject({ type: z.literal('archive'), url: z.string().min(3), digest: z.string() }),
  z.strictObject({ type: z.literal('none') }),
]);

const rangeSchema = rule(z.object({ min: z.int().default(0), max: z.int().optional(), low: z.number().optional() }), {
  rule: '!has(self.max) || self.min < self.max',
  message: 'max must be greater than min',
});

const specSchema = rule(
  z.object({
    name: immutable(
      z
        .string()
        .min(2)
        .max(8)
        .regex(/^[a-z]/)
        .regex(/[a-z0-9]$/),
    ),
    zone: immutable(z.string()).optional(),
    size: z.enum(['small', 'big']).default('small'),
    level: z.union([z.literal(1), z.literal(2)]).optional(),
    replicas: z.int().min(0).max(9).default(1),
    big: z.int().multipleOf(5).optional(),
    ratio: z.number().gt(0).lt(1).optional(),
    isOn: z.boolean().default(true),
    note: z.string().max(5).nullish(),
    nick: z.string().nullable(),
    since: z.iso.datetime({ offset: true }).optional(),
    day: z.iso.date().optional(),
    id: z.uuid().optional(),
    address: z.ipv4().optional(),
    port: intOrString().default('http'),
    amount: quantity().optional(),
    wait: duration().default('5m'),
    labels: z.record(z.string(), z.string().max(5)).default({ app: 'a' }),
    limits: z.record(z.string(), z.int().min(1)).optional(),
    tags: z.array(z.string()).max(3).meta({ 'x-kubernetes-list-type': 'set' }).optional(),
    parts: listMap(z.array(partSchema).max(5), ['name', 'protocol']).optional(),
    source: sourceSchema.default({ type: 'none' }),
    choice: exactlyOneOf(z.object({ text: z.string().optional(), number: z.number().optional() }), ['text', 'number']),
    maybe: atMostOneOf(z.object({ a: z.int().optional(), 'b-c': z.int().optional() }), ['a', 'b-c']).optional(),
    range: rangeSchema.prefault({}),
    storage: z.object({ size: quantity().default('1Gi'), class: z.string().optional() }).prefault({}),
    extra: z.unknown().optional(),
    loose: z.looseObject({ known: z.string() }).optional(),
    env: z.array(core.envVar()).optional(),
    tolerations: z.array(core.toleration()).optional(),
    resources: core.resourceRequirements().optional(),
  }),
  { rule: "self.size != 'big' || self.replicas > 0", message: 'what is big needs a replica' },
);

class MosaicResource extends CustomResource<typeof specSchema> {
  reconcile = async (): Promise<void> => undefined;
}

/** Mosaic: a kind whose schema uses everything that schemas can say. */
export const mosaicDefinition = createCustomResourceDefinition({
  group: 'tests.hearth.internal',
  version: 'v1',
  kind: 'Mosaic',
  names: { plural: 'mosaics', singular: 'mosaic' },
  spec: specSchema,
  status: z.object({ replicas: z.int().optional() }),
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  create: (options) => new MosaicResource(options),
});
