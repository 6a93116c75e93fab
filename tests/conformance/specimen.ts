import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  CustomResource,
  type CustomResourceDefinition,
  type CustomResourceOptions,
  createCustomResourceDefinition,
  ResourceReference,
  ResourceService,
  type SecretReference,
  SecretService,
} from '../../src/framework/framework.ts';
import type { OutsideWorld } from '../../src/framework/testing/cluster.ts';

const specSchema = z.object({ text: z.string().describe('What the ConfigMap is to say.') });
const statusSchema = z.object({ made: z.boolean().optional().describe('Whether everything was made once.') });

type SpecimenOptions = CustomResourceOptions<typeof specSchema>;

/** What a specimen does, part by part; a flaw is one part done wrongly. */
export type Parts = {
  /** Keeps a ConfigMap. */
  readonly config: (self: SpecimenResource) => Promise<void>;
  /** Keeps a Secret with a generated value. */
  readonly token: (self: SpecimenResource) => Promise<void>;
  /** Keeps a record outside the cluster. */
  readonly record: (self: SpecimenResource) => void;
  /** Removes that record. */
  readonly forget: (self: SpecimenResource) => void;
  /** What it says of itself. */
  readonly message: (self: SpecimenResource) => Promise<string>;
};

/** What lies outside the cluster, by namespace. It stands in for a system outside; the real ones are tried by real kinds. */
const records = new Map<string, Set<string>>();

/** The records of one namespace. */
export function recordsOf(namespace: string): Set<string> {
  const found = records.get(namespace) ?? new Set();
  records.set(namespace, found);
  return found;
}

/** The records of one namespace as the kit sees them. */
export function worldOf(namespace: string): OutsideWorld {
  const own = recordsOf(namespace);
  return {
    list: async () => Object.fromEntries([...own].map((name) => [name, true])),
    wipe: async () => own.clear(),
  };
}

/** The specimen's ConfigMap as it is to be. */
export function configOf(self: SpecimenResource, data: Readonly<Record<string, string>> = {}) {
  const { name, namespace, ref, spec } = self;
  const metadata = { name, namespace, ownerReferences: [ref] };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: spec.text, ...data } };
}

/** Writes the specimen's Secret with this value in it. */
export async function writeToken(self: SpecimenResource, token: string): Promise<void> {
  await self.secret.current?.write({ data: { token }, ownerReferences: [self.ref] });
}

/** The value in the specimen's Secret. */
export async function tokenOf(self: SpecimenResource): Promise<string | undefined> {
  return (await self.secret.current?.read())?.['token'];
}

/** A value that was never there before. */
export function newToken(): string {
  return randomBytes(16).toString('hex');
}

/** Every part as it should be. */
export const soundParts: Parts = {
  config: async (self) => void (await self.config.current?.patch(configOf(self))),
  token: async (self) => await writeToken(self, (await tokenOf(self)) || newToken()),
  record: (self) => void recordsOf(self.namespace).add(self.name),
  forget: (self) => void recordsOf(self.namespace).delete(self.name),
  message: async () => 'Everything is kept',
};

/** Looks after one ConfigMap, one Secret and one record outside. */
export class SpecimenResource extends CustomResource<typeof specSchema> {
  readonly config: ResourceReference;
  readonly secret: SecretReference;
  readonly #parts: Parts;

  constructor(options: SpecimenOptions, parts: Parts) {
    super(options);
    this.#parts = parts;
    const { name, namespace, services } = this;
    const config = services.get(ResourceService).get({ apiVersion: 'v1', kind: 'ConfigMap', name, namespace });
    this.config = new ResourceReference(config);
    this.secret = services.get(SecretService).get({ name, namespace });
    this.config.on('changed', this.queueReconcile);
    this.secret.on('changed', this.queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    await this.reconcileSubresource('Kept', async () => {
      this.#parts.record(this);
      await this.#parts.config(this);
      await this.#parts.token(this);
      this.report({ made: true });
      return { ready: true, reason: 'Kept', message: await this.#parts.message(this) };
    });
  };

  override finalize = async (): Promise<void> => this.#parts.forget(this);
}

/** The kind on which oracles are tried, with some parts done wrongly. */
export function specimenDefinition(flaw: Partial<Parts> = {}): CustomResourceDefinition<typeof specSchema> {
  return createCustomResourceDefinition({
    group: 'conformance.test',
    version: 'v1',
    kind: 'Specimen',
    names: { plural: 'specimens', singular: 'specimen' },
    spec: specSchema,
    status: statusSchema,
    create: (options) => new SpecimenResource(options, { ...soundParts, ...flaw }),
  });
}

/** An object of the kind. */
export function specimen(name: string) {
  return { apiVersion: 'conformance.test/v1', kind: 'Specimen', metadata: { name }, spec: { text: 'hello' } };
}

/** What the kind needs to be allowed. */
export const SPECIMEN_RULES = [
  { apiGroups: ['conformance.test'], resources: ['specimens'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['conformance.test'], resources: ['specimens/status'], verbs: ['patch'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch', 'create', 'patch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'patch'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create'] },
];
