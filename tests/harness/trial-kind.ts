import { z } from 'zod';
import {
  CustomResource,
  type CustomResourceOptions,
  createCustomResourceDefinition,
  type Resource,
  ResourceService,
  SecretService,
} from '../../src/framework/framework.ts';

const trialSpecSchema = z.object({
  behaviour: z
    .enum(['healthy', 'stamp', 'rollout', 'claim', 'hang', 'secret'])
    .describe('What the kind does with its object.'),
  target: z.string().default('').describe('The name of a ConfigMap that it reads or writes.'),
  value: z.string().default('').describe('What it writes.'),
});

const trialStatusSchema = z.object({
  seen: z.string().optional().describe('What the ConfigMap says.'),
  stamp: z.string().optional().describe('The time of the last run.'),
});

/** A kind for tests that does what its object tells: some of it as it should be done, some deliberately wrong. */
class TrialResource extends CustomResource<typeof trialSpecSchema> {
  readonly #target: Resource;
  readonly #deployment: Resource;

  constructor(options: CustomResourceOptions<typeof trialSpecSchema>) {
    super(options);
    const { namespace, name } = this;
    const resources = this.services.get(ResourceService);
    const target = this.spec.target || name;
    this.#target = resources.get({ apiVersion: 'v1', kind: 'ConfigMap', name: target, namespace });
    this.#deployment = resources.get({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace });
    this.#target.on('changed', this.queueReconcile);
    this.#deployment.on('changed', this.queueReconcile);
  }

  reconcile = async (): Promise<void> => {
    switch (this.spec.behaviour) {
      case 'healthy':
        return this.#look();
      case 'stamp':
        return this.#stamp();
      case 'rollout':
        return await this.#rollOut();
      case 'claim':
        return await this.#claim();
      case 'hang':
        return await new Promise(() => undefined);
      case 'secret':
        return await this.#writeSecret();
    }
  };

  /** As it should be: what the status says follows from what is there. */
  #look(): void {
    const exists = this.#target.exists;
    this.report({ seen: exists ? 'there' : 'missing' });
  }

  /** Wrong: a status that is new in every run, and a run for every status. */
  #stamp(): void {
    this.report({ stamp: new Date().toISOString() });
    this.queueReconcile();
  }

  /** Wrong: a template that is new in every run, so that the Deployment's controller is never done. */
  async #rollOut(): Promise<void> {
    const { name, namespace } = this;
    const labels = { app: name };
    const annotations = { 'example.com/run': `${process.hrtime.bigint()}` };
    const containers = [{ name: 'main', image: 'example.com/none' }];
    const template = { metadata: { labels, annotations }, spec: { containers } };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    const manifest = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, ownerReferences: [this.ref] },
      spec,
    };
    await this.#deployment.patch(manifest);
  }

  /** Right alone, and wrong when two objects name the same ConfigMap: each takes it back from the other. */
  async #claim(): Promise<void> {
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: this.spec.target, namespace: this.namespace },
      data: { owner: this.name },
    };
    await this.#target.patch(manifest);
  }

  async #writeSecret(): Promise<void> {
    const { name, namespace } = this;
    const secret = this.services.get(SecretService).get({ name, namespace });
    await secret.current?.synced;
    await secret.current?.read();
    await secret.current?.write({ data: { password: this.spec.value } });
  }
}

/** Trial: the kind that tests of the framework itself work with. */
export const trialDefinition = createCustomResourceDefinition({
  group: 'homelab.mortenolsen.pro',
  version: 'v1',
  kind: 'Trial',
  names: { plural: 'trials', singular: 'trial' },
  description: 'For tests of the framework.',
  spec: trialSpecSchema,
  status: trialStatusSchema,
  create: (options) => new TrialResource(options),
});
