import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import {
  type Component,
  CustomResource,
  type CustomResourceOptions,
  componentsStatus,
  createCustomResourceDefinition,
  type Manifest,
} from '../../src/framework/framework.ts';

/** The API group of the kind that is measured. */
export const APP_GROUP = 'bench.hearth.internal';

const specSchema = z.object({
  children: z.int().min(0).max(100).default(0).describe('How many objects it makes.'),
  workMs: z.int().min(0).default(0).describe('How long a run waits for something outside the cluster.'),
  stamp: z.string().default('').describe('Names a change, to find the run that it starts.'),
});

/** What the children of an App are made from. */
export type AppInput = { readonly name: string; readonly namespace: string; readonly children: number };

/** The children: configuration, and a Service for every fourth, none of which any controller works on. */
function childrenOf({ name, namespace, children }: AppInput): Manifest[] {
  return Array.from({ length: children }, (_, index): Manifest => {
    const metadata = { name: `${name}-${index}`, namespace, labels: { app: name } };
    if (index % 4 === 3) {
      const spec = { clusterIP: 'None', selector: { app: name }, ports: [{ name: 'http', port: 80 }] };
      return { apiVersion: 'v1', kind: 'Service', metadata, spec } as Manifest;
    }
    const data = { name, part: String(index), settings: 'a = 1\nb = 2\n'.repeat(8) };
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as Manifest;
  });
}

/** What an App consists of. */
export const parts: Component<AppInput> = {
  name: 'parts',
  kinds: [
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { apiVersion: 'v1', kind: 'Service' },
  ],
  manifests: childrenOf,
};

/** Told of the stamp of every run when it begins. */
export type OnRun = (stamp: string) => void;

class AppResource extends CustomResource<typeof specSchema> {
  readonly #onRun: OnRun;

  constructor(options: CustomResourceOptions<typeof specSchema>, onRun: OnRun) {
    super(options);
    this.#onRun = onRun;
  }

  override reconcile = async (): Promise<void> => {
    const { name, namespace, spec } = this;
    this.#onRun(spec.stamp);
    if (spec.workMs > 0) {
      await delay(spec.workMs, undefined, { signal: this.signal });
    }
    await this.reconcileComponents([parts], { name, namespace, children: spec.children });
  };
}

/** App: a kind with as many children as its object says. */
export function appDefinition(onRun: OnRun = () => undefined) {
  return createCustomResourceDefinition({
    group: APP_GROUP,
    version: 'v1',
    kind: 'App',
    names: { plural: 'apps', singular: 'app' },
    description: 'For benchmarks.',
    spec: specSchema,
    status: z.object({ ...componentsStatus }),
    create: (options) => new AppResource(options, onRun),
  });
}
