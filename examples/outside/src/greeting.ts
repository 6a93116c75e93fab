import {
  type Component,
  CustomResource,
  componentsStatus,
  createCustomResourceDefinition,
  type Parsed,
} from 'hearth/framework';
import { z } from 'zod';

const specSchema = z.object({
  text: z.string().min(1).max(1000).default('hello').describe('What the ConfigMap says.'),
});

type Input = { readonly name: string; readonly namespace: string; readonly spec: Parsed<typeof specSchema> };

const config: Component<Input> = {
  name: 'config',
  kinds: [{ apiVersion: 'v1', kind: 'ConfigMap' }],
  manifests: ({ name, namespace, spec }) => [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { text: spec.text } },
  ],
};

class GreetingResource extends CustomResource<typeof specSchema> {
  reconcile = async (): Promise<void> => {
    const { name, namespace, spec } = this;
    await this.reconcileComponents([config], { name, namespace, spec });
  };
}

/** Greeting: a text in a ConfigMap. */
export const greetingDefinition = createCustomResourceDefinition({
  group: 'outside.example.com',
  version: 'v1',
  kind: 'Greeting',
  names: { plural: 'greetings', singular: 'greeting' },
  spec: specSchema,
  status: z.object({ ...componentsStatus }),
  components: [config],
  create: (options) => new GreetingResource(options),
});
